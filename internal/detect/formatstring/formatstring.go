// Package formatstring finds format_string. PLACEHOLDER: its owner replaces this file.
package formatstring

import "github.com/tangoguard/tangoguard/internal/detect/scan"

// Class is the class of the findings of this package.
const Class scan.Class = "format_string"

// Detector finds format_string.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Find: func(*scan.View, scan.Report) {}}
}
