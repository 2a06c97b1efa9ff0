// Package pathtraversal finds path_traversal. PLACEHOLDER: its owner replaces this file.
package pathtraversal

import "github.com/tangoguard/tangoguard/internal/detect/scan"

// Class is the class of the findings of this package.
const Class scan.Class = "path_traversal"

// Detector finds path_traversal.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Find: func(*scan.View, scan.Report) {}}
}
