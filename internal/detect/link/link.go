// Package link finds link. PLACEHOLDER: its owner replaces this file.
package link

import "github.com/tangoguard/tangoguard/internal/detect/scan"

// Class is the class of the findings of this package.
const Class scan.Class = "link"

// Detector finds link.
func Detector() scan.Detector {
	return scan.Detector{Class: Class, Find: func(*scan.View, scan.Report) {}}
}
