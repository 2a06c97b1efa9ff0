package pathtraversal_test

import (
	"fmt"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/pathtraversal"
)

func ExampleDetector_reported() {
	for _, s := range []string{"../../x", "?page=/etc/passwd", "avatar.php%00.jpg"} {
		fmt.Println(detecttest.Rules(pathtraversal.Class, s))
	}
	// Output:
	// [dot-dot]
	// [sensitive-file]
	// [nul-cut]
}

func ExampleDetector_notReported() {
	for _, s := range []string{"edit /etc/hosts, please", "see ../README.md for more", "either.../or..."} {
		fmt.Println(detecttest.Rules(pathtraversal.Class, s))
	}
	// Output:
	// []
	// []
	// []
}
