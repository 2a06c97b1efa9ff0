package pathtraversal

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// place is where in a path a known name may stand.
type place int

const (
	root     place = iota // from the root of the file system, or behind steps up
	anywhere              // behind any directory
	tree                  // everything below that systems keep: see kept
)

// entry is a file or, when it ends in a slash, a directory that attackers ask for. Slashes stand for backslashes
// too.
type entry struct {
	path  string
	place place
}

// entries by the lower-cased first letter of their path, to keep a look-up short.
var entries = func() (t [128][]entry) {
	put := func(p place, paths ...string) {
		for _, path := range paths {
			t[path[0]] = append(t[path[0]], entry{path, p})
		}
	}
	put(root, "etc/cron.d/", "etc/network/", "etc/ssh/", "etc/ssl/", "etc/apache2/", "etc/apache/", "etc/httpd/", "etc/nginx/", "etc/mysql/",
		"etc/security/", "etc/kubernetes/", "etc/samba/", "etc/bash.bashrc", "etc/http/", "etc/login.defs", "etc/vhcs2/", "etc/at.", "etc/cups/",
		"etc/default/", "etc/openvpn/", "etc/postgresql/", "etc/pki/", "etc/rc.local", "etc/snmp/", "etc/x11/", "etc/csh.", "etc/postfix/",
		"etc/elasticsearch/", "etc/docker/", "etc/fail2ban/", "etc/letsencrypt/", "etc/init.d/", "etc/rc.d/", "proc/config.gz", "proc/self/", "proc/1/", "proc/sys/", "etc/vsftpd",
		"sys/class/", "dev/fd/", "dev/mem", "dev/tcp/", "dev/shm/",
		"var/log/apache", "var/log/httpd", "var/log/nginx", "var/log/mysql", "var/log/lighttpd", "var/log/auth.log",
		"var/log/syslog", "var/log/messages", "var/log/secure", "var/log/maillog", "var/log/mail.log", "var/log/vsftpd", "var/log/proftpd",
		"var/log/sshd", "var/log/dmesg", "var/log/lastlog", "var/log/wtmp", "var/log/faillog", "var/log/xferlog", "var/log/boot.log",
		"var/mail/root", "var/mail/www", "var/spool/cron/", "var/spool/mail/root", "var/www/", "var/lib/mysql/", "var/lib/php", "var/run/secrets/", "var/run/docker.sock",
		"var/backups/", "var/adm/", "var/cpanel/", "run/secrets/",
		"root/.", "root/anaconda", "usr/local/apache", "usr/local/etc/", "usr/local/php", "usr/local/nginx", "usr/local/app/",
		"usr/lib/php", "usr/local/mysql", "usr/local/psa/", "usr/pkg/etc/", "usr/share/tomcat", "usr/share/adduser/",
		"opt/lampp/", "opt/xampp/", "opt/apache", "opt/tomcat", "private/etc/", "bin/sh", "bin/bash", "bin/id", "bin/ls", "bin/cat", "usr/bin/id",
		"home/user/.", "apache/logs/", "apache2/logs/", "logs/access", "logs/error", "srv/www/", "srv/http", "library/webserver/",

		"winnt/", "boot.ini", "autoexec.bat", "config.sys", "win.ini", "system32/", "inetpub/", "pagefile.sys", "hiberfil.sys", "ntldr",
		"xampp/", "wamp/", "wamp64/", "appserv/", "apache24/", "program files/apache", "program files (x86)/apache",
		"program files/mysql", "program files/xampp", "program files/filezilla", "documents and settings/administrator",
		"documents and settings/all users", "users/administrator/", "minint/", "sysprep", "unattend", "recycler/", "mysql/my.ini",
		"mysql/", "php/sessions", "php4/sessions", "php5/sessions", "$sysreset/", "program files (x86)/iis express/", "program files/iis express/", "php/php.ini", "php5/php.ini", "php4/php.ini", "cmd.exe")
	put(tree, "etc/", "proc/", "root/", "boot/", "dev/", "run/", "var/log/", "var/run/", "var/spool/", "var/mail/", "var/db/",
		"var/cache/", "var/lock/", "programdata/")
	put(root, "~root", "tmp/sess_", "var/lib/", "sys/devices/", "sys/kernel/", "sys/firmware/", "sys/module/", "sys/block/", "sys/fs/", "var/www", "dev/disk/", "dev/pts/", "dev/sda", "windows/", "system volume information/", "$recycle.bin/", "config.msi/", "bootmgr", "swapfile.sys",
		"program files (x86)/filezilla", "program files/microsoft sql server/", "program files/postgresql/")
	put(anywhere, "pg_hba.conf", "pg_ident.conf", "pg_version", "postgresql.conf", "my.ini", "apache.conf", "lighttpd.conf", "smb.conf", "proftpd.conf", "vsftpd.conf", "sshd_config",
		"mysql-bin.index", "mysql-bin.log", "mysql.err", "access_log", "catalina.err", ".xauthority", ".bash_logout", ".ksh_history")
	put(anywhere, "ntuser.dat", "consolehost_history.txt", "psreadline/", "microsoft/credentials/", "microsoft/protect/", "known_hosts", ".zsh_history", ".sh_history",
		".psql_history", ".python_history", ".rediscli_history", ".git-credentials", ".pypirc", ".dockercfg", ".rhosts", ".boto", ".s3cfg", ".vault-token",
		".azure/", ".gcloud/", "parameters.yml", "appsettings.json", "catalina.out", "sftp-config.json")
	put(anywhere, "web-inf/", "meta-inf/", ".ssh/", ".git/", ".svn/", ".aws/", ".docker/", ".kube/", ".htaccess", ".htpasswd", ".bash_history",
		".bashrc", ".mysql_history", ".env", ".netrc", ".npmrc", ".pgpass", ".bash_profile", ".ds_store", ".gnupg/", ".viminfo", ".hg/",
		"wp-config.php", "configuration.php", "web.config", "global.asa", "global.asax", "machine.config", "applicationhost.config",
		"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "authorized_keys", "localsettings.php", "config.inc.php", "my.cnf", "php.ini",
		"httpd.conf", "apache2.conf", "nginx.conf", "tomcat-users.xml", "server.xml", "access.log", "access_log", "error.log",
		"error_log", "application.properties", "application.yml", "database.yml", "secrets.yml", "settings.php", "msdos.sys", "sam.bak")
	return t
}()

// maxPath bounds how far a path is followed from its beginning to a known name.
const maxPath = 512

// files reports known files that are a value: at the beginning of the text or behind "=", with nothing behind
// them but the end, a parameter, NUL or a quote.
func files(v *scan.View, report scan.Report) {
	s := v.Text
	if start := skipSpace(s, 0); start < len(s) {
		v.Work(maxPath)
		if end, ok := file(s, start, false); ok {
			report("sensitive-file", start, end)
			return
		}
	}
	for i := 0; ; {
		k := strings.IndexByte(s[i:], '=')
		if k < 0 {
			break
		}
		i += k + 1
		start := skipSpace(s, i)
		v.Work(16)
		if end, ok := file(s, start, true); ok {
			v.Work(end - start)
			report("sensitive-file", start, end)
			return
		}
	}
	named(v, report)
}

func skipSpace(s string, i int) int {
	for k := 0; k < 8 && i < len(s) && strings.IndexByte(" \t\r\n\"'`(", s[i]) >= 0; k++ {
		i++
	}
	return i
}

// file reads the path that is the value at s[i:] and reports whether it leads to a known file. In a parameter a
// path without its root counts.
func file(s string, i int, parameter bool) (end int, ok bool) {
	start := i
	if !parameter && i+1 < len(s) && s[i] == '@' && s[i+1] == '/' {
		i++ // what curl reads a file by
	}
	rooted, drive := false, false
	if lex.HasPrefixFold(s, i, "file:") {
		i += len("file:")
		rooted = true
	}
	if i+2 < len(s) && s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z' && s[i+1] == ':' && (separator(s, i+2) > 0) {
		i += 2
		rooted, drive = true, true
	}
	here := 0 // "./" at the beginning and behind separators: one is a path of a tree, more of them are a disguise
	if d := dot(s, i); !rooted && d > 0 && separator(s, i+d) > 0 {
		i += d
		here = 1
	}
	relative := here > 0
	for n := separator(s, i); n > 0; n = separator(s, i) {
		i += n
		rooted = true
		for d := dot(s, i); d > 0 && separator(s, i+d) > 0; d = dot(s, i) {
			i += d + separator(s, i+d)
			here++
		}
		if i-start > maxPath {
			return 0, false
		}
		if i+2 < len(s) && s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z' && s[i+1] == ':' && separator(s, i+2) > 0 {
			i += 2 // file:/c:/
		}
	}
	if lex.HasPrefixFold(s, i, "~/.") && i+3 < len(s) && isWord(s[i+3]) && i == start {
		end = pathEnd(s, i)
		return end, strings.TrimSpace(s[end:]) == "" // what is hidden in a home
	}
	if lex.HasPrefixFold(s, i, "%systemroot%") || lex.HasPrefixFold(s, i, "%windir%") || lex.HasPrefixFold(s, i, "$home/") {
		return len(s), !strings.Contains(s, " ")
	}
	if !rooted && !parameter || relative && here < 2 {
		return 0, false
	}
	if n, ok := known(s, i); ok {
		end = pathEnd(s, i+n)
	} else if end = wholePath(s, i, drive); !rooted || end-i >= maxPath || !ofTheSystem(s[i:end]) {
		return 0, false
	}
	if rest := strings.TrimLeft(s[end:min(len(s), end+16)], "\"'`)"); rest != "" && rest[0] <= ' ' && rest[0] != 0 {
		return end, strings.TrimSpace(s[end:]) == "" || drive && goesOn(s[end:])
	}
	return end, true
}

// nearPathEnd is pathEnd for what is looked at to the end: a path that is too long, or holds another parameter, is none. So
// that it costs no more than the distance to the next "=", the search for that comes first.
func nearPathEnd(s string, i int) int {
	s = s[:min(len(s), i+maxPath)]
	if k := strings.IndexByte(s[i:], '='); k >= 0 {
		s = s[:i+k+1]
	}
	return pathEnd(s, i)
}

// goesOn reports whether a path of Windows, whose names may hold blanks, goes on with rest to the end of the text: the
// blanks stand in front of another separator, or in a name with an extension, and nothing that ends a clause does.
func goesOn(rest string) bool {
	rest = strings.TrimSpace(rest)
	if len(rest) > maxPath || strings.ContainsAny(rest, ",;!?\n:") {
		return false
	}
	name := rest[strings.LastIndexByte(rest, '\\')+1:]
	dot := strings.LastIndexByte(name, '.')
	return dot > 0 && len(name)-dot <= 5 && allWord(name[dot+1:]) && strings.Count(name, " ") < 3
}

// wholePath gives the end of the path that begins at s[i:]: on Windows that of the text, if blanks are in its names.
func wholePath(s string, i int, drive bool) int {
	end := nearPathEnd(s, i)
	if drive && end < len(s) && s[end] == ' ' && goesOn(s[end:]) {
		return len(strings.TrimRight(s, " "))
	}
	return end
}

func pathEnd(s string, i int) int {
	for i < len(s) && s[i] > ' ' && strings.IndexByte("\"'`&;|<>)#?", s[i]) < 0 && s[i] != ',' {
		i++
	}
	return i
}

// known reports whether a known path begins at s[i:], and its length.
func known(s string, i int) (n int, ok bool) {
	if i >= len(s) {
		return 0, false
	}
	c := s[i]
	if c >= 'A' && c <= 'Z' {
		c |= 0x20
	}
	if c >= 128 {
		return 0, false
	}
	for _, e := range entries[c] {
		if n, ok := match(s[i:], e.path); ok && (e.place != tree || kept(s[i+n:])) {
			return n, true
		}
	}
	return 0, false
}

// kept reports whether the path that goes on with rest, below a directory of the system, is one that only a system
// has: a name without an extension, as files of systems are called, or one of settings. A photo may lie anywhere.
func kept(rest string) bool {
	end := pathEnd(rest[:min(len(rest), maxPath)], 0)
	name := rest[:end]
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	_, ext, dotted := strings.Cut(name, ".")
	if end == 0 || !dotted {
		return end > 0
	}
	for range 4 { // ncat.conf.default
		first, rest, more := strings.Cut(ext, ".")
		if settings[lower(first)] {
			return !documents[extension(name)]
		}
		if !more {
			break
		}
		ext = rest
	}
	return false
}

// settings are the extensions of files that systems keep for themselves, and nobody else.
var settings = lex.NewSet("passwd pdb config master default com rc inc conf cnf cfg d types rules allow deny keytab pid sock service socket pub")

// match compares the beginning of s with path in any case; any run of separators and "./" stands for a slash. A
// file must end where its name does.
func match(s, path string) (n int, ok bool) {
	for j := 0; j < len(path); j++ {
		if path[j] == '/' {
			k := separator(s, n)
			if k == 0 {
				return 0, false
			}
			for ; k > 0 && n < maxPath; k = separator(s, n) {
				n += k
				if d := dot(s, n); d > 0 && separator(s, n+d) > 0 {
					n += d
				}
			}
			continue
		}
		if n >= len(s) {
			return 0, false
		}
		c := s[n]
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != path[j] {
			return 0, false
		}
		n++
	}
	last := path[len(path)-1]
	if isWord(last) && n < len(s) && isWord(s[n]) && last != 'p' && last != '2' && last != '_' && !strings.HasSuffix(path, "cat") {
		return 0, false
	}
	return n, true
}

// named reports a value without spaces whose last part is a known file: "/app/WEB-INF/web.xml".
func named(v *scan.View, report scan.Report) {
	s := v.Text
	start := skipSpace(s, 0)
	for i := start; i < len(s); i++ {
		if s[i] <= ' ' {
			if strings.TrimSpace(s[i:]) != "" {
				return
			}
			break
		}
		if i > start && separator(s, i-1) == 0 && s[i-1] != '=' {
			continue
		}
		if separator(s, i) > 0 {
			continue
		}
		v.Work(4)
		if n, place, ok := knownAnywhere(s, i); ok && place == anywhere && (i > start || s[i] == '.' || strings.IndexAny(s[i:i+n], `/\`) > 0) {
			end := pathEnd(s, i+n)
			if end == len(s) || strings.IndexByte("&#?;\"'`)\x00", s[end]) >= 0 || strings.TrimSpace(s[end:]) == "" {
				report("sensitive-file", start, end)
				return
			}
		}
	}
}

func knownAnywhere(s string, i int) (n int, p place, ok bool) {
	if i >= len(s) {
		return 0, root, false
	}
	c := s[i]
	if c >= 'A' && c <= 'Z' {
		c |= 0x20
	}
	if c >= 128 {
		return 0, root, false
	}
	for _, e := range entries[c] {
		if e.place != anywhere {
			continue
		}
		if n, ok := match(s[i:], e.path); ok {
			return n, anywhere, true
		}
	}
	return 0, root, false
}
