package sanitize_test

import (
	"fmt"
	"html"
	"html/template"
	"os"

	"github.com/tangoguard/tangoguard/sanitize"
)

func ExampleText() {
	for _, s := range []string{
		"O'Brien & Sons <3",
		"<p>Dear <b>Anna</b>,</p><p>thank you!</p><script>alert(1)</script>",
		"if a<b and c>d",
		"gift\u202efdp.exe\u200b",
	} {
		fmt.Printf("%q\n", sanitize.Text(s))
	}
	// Output:
	// "O'Brien & Sons <3"
	// "Dear Anna,\nthank you!"
	// "if a< b and c>d"
	// "giftfdp.exe"
}

func ExampleLine() {
	fmt.Printf("%q\n", sanitize.Line("  Happy\r\nbirthday,\t<i>Zoë</i>! "))
	// Output: "Happy birthday, Zoë!"
}

func ExampleHTML() {
	fmt.Println(sanitize.HTML(`<p onclick="alert(1)">See <a href="https://example.com">O'Brien's</a><img src=x onerror=alert(1)>`))
	fmt.Println(sanitize.HTML("if x<y then"))
	// Output:
	// <p>See <a href="https://example.com/" rel="nofollow noopener noreferrer">O&#39;Brien&#39;s</a></p>
	// if x&lt;y then
}

func ExampleHTMLNoLinks() {
	fmt.Println(sanitize.HTMLNoLinks(`<b>Hi</b> <a href="https://example.com">there</a> <img src="https://example.com/a.png">`))
	// Output: <b>Hi</b> there
}

func ExampleHTMLInsecureImages() {
	fmt.Println(sanitize.HTMLInsecureImages(`<img src="http://example.com/a.png" alt="a">`))
	// Output: <img src="http://example.com/a.png" alt="a"/>
}

func ExampleURL() {
	for _, s := range []string{"HTTPS://Example.com:443/a/../b c", "java\tscript:alert(1)", "https://user:password@example.com/", "//example.com"} {
		fmt.Printf("%q\n", sanitize.URL(s))
	}
	// Output:
	// "https://example.com/b%20c"
	// ""
	// ""
	// ""
}

func ExampleCSVCell() {
	for _, s := range []string{"=HYPERLINK(A1)", "-12.50", "+1 (555) 123-4567", "O'Brien"} {
		fmt.Println(sanitize.CSVCell(s))
	}
	// Output:
	// '=HYPERLINK(A1)
	// -12.50
	// +1 (555) 123-4567
	// O'Brien
}

func ExampleStrip() {
	fmt.Printf("%q\n", sanitize.Strip("Hello <img src=x onerror=alert(1)>Anna"))
	// Output: "Hello Anna"
}

func ExampleHeaderValue() {
	fmt.Printf("%q\n", sanitize.HeaderValue("Your gift\r\nBcc: everybody@example.com"))
	// Output: "Your gift Bcc: everybody@example.com"
}

func ExampleLogField() {
	fmt.Printf("%q\n", sanitize.LogField("login failed\n12:00 login ok \x1b[2J"))
	// Output: "login failed 12:00 login ok �[2J"
}

func ExampleStruct() {
	type gift struct {
		Name    string `json:"name" sanitize:"line"`
		Message string `json:"message"` // text, as every string without a tag
		Email   string `json:"email" validate:"required,email"`
	}
	g := gift{Name: " Anna\n<b>Lee</b>", Message: "I <3 you", Email: "anna@example.com"}
	changes, err := sanitize.Struct(&g)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%q\n", g)
	for _, c := range changes {
		fmt.Printf("%s: %s, %d bytes before, %d after\n", c.Pointer, c.Rule, c.Before, c.After)
	}
	// Output:
	// {"Anna Lee" "I <3 you" "anna@example.com"}
	// /name: line, 16 bytes before, 8 after
}

func ExampleCheck() {
	changes, err := sanitize.Check(struct {
		Note string `json:"note"`
	}{"<i>hi</i>"})
	fmt.Println(changes, err)
	// Output: [{/note text 9 2}] <nil>
}

// Unescaping the output of an HTML sanitizer is the recipe that is passed round for getting the apostrophe back. It
// brings markup back too. Text needs no unescaping, and stays harmless if somebody does it.
func Example_unescapeRecipe() {
	const typed = "O'Brien &lt;img src=x onerror=alert(1)&gt;"
	fmt.Println("wrong:", html.UnescapeString(sanitize.HTML(typed)))
	fmt.Println("right:", sanitize.Text(typed))
	fmt.Println("and even then:", html.UnescapeString(sanitize.Text(typed)))
	// Output:
	// wrong: O'Brien <img src=x onerror=alert(1)>
	// right: O'Brien &lt; img src=x onerror=alert(1)&gt;
	// and even then: O'Brien < img src=x onerror=alert(1)>
}

// Text is for the content of an element. In an attribute a quotation mark is enough to leave: there the template must
// escape.
func Example_attributeMistake() {
	name := sanitize.Text(`" onerror="alert(1)`)
	fmt.Println(`wrong: <img src=x title="` + name + `">`)
	fmt.Print("right: ")
	template.Must(template.New("").Parse(`<img src=x title="{{.}}">`)).Execute(os.Stdout, name)
	// Output:
	// wrong: <img src=x title="" onerror="alert(1)">
	// right: <img src=x title="&#34; onerror=&#34;alert(1)">
}
