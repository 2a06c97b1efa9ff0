package pathtraversal_test

import (
	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/pathtraversal"
)

func ExampleDetector_reported() {
	detecttest.Print(pathtraversal.Detector(), "../../x", "?page=/etc/passwd", "avatar.php%00.jpg")
	// Output:
	// [dot-dot]
	// [sensitive-file]
	// [nul-cut]
}

func ExampleDetector_notReported() {
	detecttest.Print(pathtraversal.Detector(), "edit /etc/hosts, please", "see ../README.md for more", "either.../or...")
	// Output:
	// []
	// []
	// []
}
