package benchmarks

import (
	"fmt"

	coreruleset "github.com/corazawaf/coraza-coreruleset/v4"
	"github.com/corazawaf/coraza/v3"
	libinjection "github.com/corazawaf/libinjection-go"

	"github.com/tangoguard/tangoguard/validate"
)

// detector is one way to say whether a text is an attack.
type detector struct {
	name  string
	found func(text string) bool
}

// detectors gives this library and its peers. The firewalls are built once, at paranoia levels 1 and 2 with the
// anomaly threshold 5 that the Core Rule Set ships with.
func detectors() ([]detector, error) {
	one, err := firewall(1)
	if err != nil {
		return nil, err
	}
	two, err := firewall(2)
	if err != nil {
		return nil, err
	}
	return []detector{
		{"tangoguard", func(s string) bool { return len(validate.Inspect(s)) > 0 }},
		{"libinjection-go", func(s string) bool {
			sqli, _ := libinjection.IsSQLi(s)
			return sqli || libinjection.IsXSS(s)
		}},
		{"coraza-crs-paranoia-1", one},
		{"coraza-crs-paranoia-2", two},
	}, nil
}

// firewall asks Coraza with the Core Rule Set about a text as the value of a field in a JSON body, all five
// phases of a request without a reply.
func firewall(paranoia int) (func(string) bool, error) {
	waf, err := coraza.NewWAF(coraza.NewWAFConfig().
		WithRootFS(coreruleset.FS).
		WithDirectives("Include @coraza.conf-recommended\nInclude @crs-setup.conf.example\n" +
			fmt.Sprintf("SecAction \"id:900000,phase:1,nolog,pass,t:none,setvar:tx.blocking_paranoia_level=%d\"\n", paranoia) +
			"Include @owasp_crs/*.conf\nSecRuleEngine On\nSecAuditEngine Off\n"))
	if err != nil {
		return nil, fmt.Errorf("coraza: %w", err)
	}
	return func(text string) bool {
		body, err := jsonBody(text)
		if err != nil {
			return true
		}
		tx := waf.NewTransaction()
		defer tx.Close()
		tx.ProcessConnection("192.0.2.1", 4000, "192.0.2.2", 80)
		tx.ProcessURI("/orders", "POST", "HTTP/1.1")
		tx.AddRequestHeader("Host", "example.com")
		tx.AddRequestHeader("Content-Type", "application/json")
		tx.AddRequestHeader("Content-Length", fmt.Sprint(len(body)))
		tx.AddRequestHeader("User-Agent", "client/1.0")
		tx.AddRequestHeader("Accept", "application/json")
		tx.ProcessRequestHeaders()
		if _, _, err := tx.WriteRequestBody(body); err != nil {
			return true
		}
		stop, err := tx.ProcessRequestBody()
		return err != nil || stop != nil || tx.Interruption() != nil
	}, nil
}
