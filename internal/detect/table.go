package detect

import (
	"github.com/tangoguard/tangoguard/internal/detect/cmdi"
	"github.com/tangoguard/tangoguard/internal/detect/codeinjection"
	"github.com/tangoguard/tangoguard/internal/detect/crlf"
	"github.com/tangoguard/tangoguard/internal/detect/csvinjection"
	"github.com/tangoguard/tangoguard/internal/detect/deserialization"
	"github.com/tangoguard/tangoguard/internal/detect/el"
	"github.com/tangoguard/tangoguard/internal/detect/formatstring"
	"github.com/tangoguard/tangoguard/internal/detect/hidden"
	"github.com/tangoguard/tangoguard/internal/detect/ldapi"
	"github.com/tangoguard/tangoguard/internal/detect/link"
	"github.com/tangoguard/tangoguard/internal/detect/nosqli"
	"github.com/tangoguard/tangoguard/internal/detect/pathtraversal"
	"github.com/tangoguard/tangoguard/internal/detect/prototypepollution"
	"github.com/tangoguard/tangoguard/internal/detect/rfi"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
	"github.com/tangoguard/tangoguard/internal/detect/sqli"
	"github.com/tangoguard/tangoguard/internal/detect/ssi"
	"github.com/tangoguard/tangoguard/internal/detect/ssrf"
	"github.com/tangoguard/tangoguard/internal/detect/ssti"
	"github.com/tangoguard/tangoguard/internal/detect/xpath"
	"github.com/tangoguard/tangoguard/internal/detect/xss"
	"github.com/tangoguard/tangoguard/internal/detect/xxe"
)

// LinkClass is the class that Inspect leaves out: a link is no injection, only unwanted in names and subjects.
const LinkClass = link.Class

// detectors is the table of all detectors.
func detectors() []scan.Detector {
	return []scan.Detector{
		xss.Detector(),
		sqli.Detector(),
		nosqli.Detector(),
		cmdi.Detector(),
		pathtraversal.Detector(),
		ldapi.Detector(),
		xpath.Detector(),
		ssti.Detector(),
		el.Detector(),
		xxe.Detector(),
		ssi.Detector(),
		crlf.Detector(),
		codeinjection.Detector(),
		deserialization.Detector(),
		prototypepollution.Detector(),
		formatstring.Detector(),
		csvinjection.Detector(),
		ssrf.Detector(),
		rfi.Detector(),
		hidden.Detector(),
		link.Detector(),
	}
}
