package pathtraversal

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
)

// ofTheSystem reports whether the path p, from below the root of a file system to its end, leads to what a program keeps
// for itself. Nobody can list all programs, but hier(7) and the FHS say where they keep things: a directory of its own
// below /etc, /var or /usr/local, or one called conf or logs below its own. Documents and pictures may lie anywhere, and so
// may files in the directories that every system has (/usr/share, /etc/mail).
func ofTheSystem(p string) bool {
	if len(p) > maxPath || strings.HasSuffix(p, "=") {
		return false
	}
	p = strings.TrimRight(p, "/\\")
	dir, rest := component(p)
	if lex.EqualFold(dir, "private") {
		dir, rest = component(rest)
	}
	name := p[strings.LastIndexAny(p, `/\`)+1:]
	if documents[extension(name)] {
		return false
	}
	switch {
	case lex.EqualFold(dir, "etc"):
		return own(rest)
	case lex.EqualFold(dir, "var"):
		sub, below := component(rest)
		return own(rest) || own(below) && !lex.EqualFold(sub, "tmp") ||
			below == "" && (kept(rest) || isLog(name)) || lex.EqualFold(sub, "log") && isLog(name)
	case lex.EqualFold(dir, "usr"):
		if sub, below := component(rest); lex.EqualFold(sub, "local") && own(below) {
			return true
		}
	case lex.EqualFold(dir, "home") || lex.EqualFold(dir, "users"):
		return false
	}
	return settled(dir, rest, name)
}

// own reports whether the path goes through a directory that is one program's.
func own(path string) bool {
	dir, rest := component(path)
	return rest != "" && !everybodys[lower(dir)]
}

// settled reports whether the path goes through a directory of settings or logs to one of these.
func settled(dir, rest, name string) bool {
	ext, log := extension(name), isLog(name)
	if !log && ext != "conf" && ext != "cnf" && ext != "ini" && ext != "xml" && ext != "types" {
		return false
	}
	depth := 0
	for ; rest != ""; dir, rest = component(rest) {
		switch lower(dir) {
		case "log", "logs":
			if log {
				return true
			}
		case "conf", "etc", "conf.d", "sites-enabled", "sites-available":
			if !log {
				return true
			}
		}
		depth++
	}
	return depth >= 2 && (ext == "conf" || ext == "cnf") && strings.IndexByte(name, '_') < 0
}

func isLog(name string) bool {
	switch extension(name) {
	case "log", "err", "info", "warn":
		return true
	}
	return strings.HasSuffix(name, "_log") || strings.HasSuffix(name, "log") && strings.IndexByte(name, '.') > 0
}

// component cuts the first component off a path.
func component(path string) (first, rest string) {
	i := strings.IndexAny(path, `/\`)
	if i < 0 {
		return path, ""
	}
	return path[:i], strings.TrimLeft(path[i:], `/\`)
}

// extension gives the extension of a file name in lower case, "" for none and for a long one.
func extension(name string) string {
	dot := strings.LastIndexByte(name, '.')
	if dot <= 0 {
		return ""
	}
	return lower(name[dot+1:])
}

// lower gives a short name in lower case, "" for a long one.
func lower(name string) string {
	for i := range len(name) {
		if lex.IsUpper(name[i]) {
			if len(name) > 32 {
				return ""
			}
			return strings.ToLower(name)
		}
	}
	return name
}

// everybodys are the directories of hier(7) that are no program's own.
var everybodys = lex.NewSet("bin sbin lib lib32 lib64 libexec libdata include share src obj ports local x11r6 games man doc docs tmp mail spool log run lock db yp defaults " +
	"namedb periodic ppp skel opt home include info locale empty folders")

// documents are the extensions of what people keep.
var documents = lex.NewSet("pdf doc docx dot dotx odt ods odp odg rtf xls xlsx xlt xla xlw xlc ppt pptx pps pot epub azw csv ics jpg jpeg jpe png gif bmp tif tiff webp avif heic svg svgz ico psd " +
	"mp2 mp3 mp4 m2a m2v m3a m4a m4v mpg mpeg mpe mpga mpg4 mp2a avi mov mkv webm weba wav ogg ogv oga ogx opus flac aac mid midi kar spx 3gp 3gpp zip rar 7z dmg iso img apk ttf otf woff woff2 " +
	"vsd vss vst vsw abw lrf")
