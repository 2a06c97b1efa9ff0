package shell

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
)

// Program says how a program is called, and how much its name looks like a word of prose.
type Program uint32

// What is known of a program. The Takes bits name the kinds of argument that it can make use of.
const (
	Alone   Program = 1 << iota // does something without arguments
	Sure                        // a name that no natural language has as a word
	Natural                     // also an everyday word ("cat", "find", "date", German "dir")
	Fold                        // found whatever its case: cmd.exe, PowerShell
	Slash                       // options are written /x
	Wrapper                     // runs the program named in its arguments
	Shell                       // runs what it reads from standard input
	TakesOption
	TakesNumber // a count or a time
	TakesPath   // a path or a file name
	TakesHost   // a host name or an IP address
	TakesURL
	TakesText // quoted text or code
	TakesAny  // any first argument makes sense
	TakesSub  // a sub-command; see Sub
	Tool      // nothing is known of its arguments
	Cmdlet    // not in the table, but named as those of PowerShell are
)

const (
	reads   = TakesOption | TakesPath
	network = TakesOption | TakesHost | TakesURL
	script  = TakesOption | TakesText | TakesPath
	windows = Fold | Slash | TakesOption
)

// groups is the table of programs: names that are called alike share a line.
var groups = []struct {
	kind  Program
	names string
}{
	// What an intruder asks first: who, where, what.
	{Alone | Sure | TakesOption | TakesAny, "whoami ifconfig uname lsblk lscpu lspci lsusb lsof dmesg printenv hostnamectl pstree " +
		"vmstat iostat logname getenforce lsb_release sestatus dpkg rpm mpstat nproc iwconfig lastlog xcalc gnome-calculator sysctl fdisk blkid getcap compgen ldconfig apropos"},
	{Alone | Sure | windows | TakesAny, "ipconfig systeminfo sysinfo netstat tasklist getmac nbtstat qwinsta quser taskkill driverquery"},
	{Slash, "whoami"},
	{Alone | Wrapper | TakesOption, "env"},
	{Alone | TakesOption, "id ss tty arp jobs ll lsmod pwd hostid crontab"},
	{Alone | TakesOption | TakesSub, "ps"},
	{Alone | reads, "ls df lsattr vdir"},
	{Alone | Natural | TakesOption, "who w last users groups help hash uptime history free ipcs locale umask alias export ulimit pinky cal"},
	{Alone | Natural | TakesOption | Slash, "date hostname set mount ver vol"},
	{Alone | Natural | Wrapper | TakesOption | Slash, "time"},
	{Alone | Natural | Slash | TakesOption, "su reboot shutdown halt calc notepad"},
	{Alone | Natural | Slash | Fold | reads, "dir tree"},
	{Alone | Natural | TakesOption | TakesPath, "du top htop finger"},
	// What reads files.
	{Natural | reads | Slash, "cat more less head tail type sort cut paste fold look split view join comm file find locate strings expand fmt stat rev"},
	{Sure | reads | TakesText | TakesAny, "tac xxd uniq egrep fgrep hexdump md5sum sha1sum sha256sum sha512sum zcat bzcat zgrep readlink realpath " +
		"base64 base32 unexpand zless zmore cksum getfattr getfacl xmllint rgrep pcregrep"},
	{Natural | reads | TakesText, "nl od wc tee tr pr vi ed"},
	{reads | TakesText, "grep vim vimdiff nano sed awk gawk mawk nawk diff cmp bat pg ag jq iconv column dirname basename"},
	{Sure | windows | TakesPath | TakesText | TakesAny, "findstr fc certutil icacls cacls takeown attrib xcopy robocopy forfiles wevtutil"},
	// What changes files.
	{TakesOption | TakesPath, "rm cp mv dd ln tar zip ar cpio"},
	{Sure | TakesOption | TakesPath | TakesAny, "chmod chown chgrp mkdir rmdir mkfifo mknod unlink gunzip bunzip2 unzip gzip bzip2 xz scp rsync chattr setfacl shred mktemp tftp sftp"},
	{Natural | TakesOption | TakesPath, "touch truncate install link patch source which whereis open"},
	{Natural | windows | TakesPath, "del erase copy move ren rename rd md cd"},
	{Natural | windows | Wrapper, "start call"},
	{Natural | windows, "for if title color"},
	// What reaches other machines.
	{Natural | TakesOption | TakesHost | Fold | Slash, "ping"},
	{Natural | network, "curl host dig lynx telnet ftp ssh"},
	{Sure | network | TakesAny | Fold, "wget nslookup tracert traceroute tracepath nmap hping3 arping ping6 whois aria2c ncat netcat socat mtr masscan"},
	{TakesOption | TakesHost, "nc mail sendmail mailx"},
	{Sure | windows | TakesURL | TakesAny | TakesPath, "bitsadmin mshta regsvr32 rundll32 msiexec cscript wscript installutil msbuild regasm odbcconf"},
	{Sure | TakesOption | TakesAny, "openssl gdb strace tcpdump xterm getent"},
	// Programs that come with Windows and load or fetch what somebody else wrote.
	{Sure | windows | TakesURL | TakesPath, "pcalua presentationhost infdefaultinstall syncappvpublishingserver mavinject ieexec cmstp dnscmd diskshadow esentutl extrac32 makecab " +
		"desktopimgdownldr mpcmdrun msxsl pcwrun rpcping runonce runscripthelper scriptrunner tttracer verclsid winrm winrs wsl wsreset xwizard certreq certoc " +
		"csc vbc jsc ilasm atbroker gpscript ntdsutil psexec regini procdump msdt regsvcs hh pubprn devtoolslauncher wuauclt"},
	// What a machine is looked over and changed with.
	{Sure | reads | TakesText, "tmux ltrace valgrind debugfs journalctl dmidecode lshw lastb mysqldump pg_dump pg_dumpall fuser nroff unsquashfs mksquashfs tcpkill arpspoof ettercap tshark nsupdate " +
		"ifup ifdown chpasswd chsh chfn vipw update-rc.d chkconfig launchctl dscl setenforce auditctl semanage zdump unzstd lz4 uuencode uudecode " +
		"proxytunnel smbclient rpcclient enum4linux ldapsearch snmpwalk showmount rlogin rexec pwsh mshta csvtool dmsetup hping rsyslogd crond sshd apachectl a2enmod"},
	// What waits.
	{Natural | TakesNumber | TakesOption, "sleep"},
	{Natural | TakesNumber | TakesOption | Slash | Fold | Wrapper, "timeout"},
	{Natural | windows | TakesNumber, "waitfor choice pause"},
	{Sure | TakesNumber | TakesAny, "usleep"},
	// What runs something else.
	{Shell | Natural | script, "sh bash csh ash dash"},
	{Shell | Sure | script, "zsh ksh tcsh rbash pwsh"},
	{Shell | Sure | windows | script | TakesAny, "powershell"},
	{Shell | windows | Wrapper | TakesText, "cmd"},
	{Natural | script, "python perl ruby php node java expect"},
	{Sure | script, "python2 python3 python2.7 perl5 php5 php7 php8 nodejs lua tclsh rake irb gcc cc gem jrunscript osascript"},
	{Wrapper | Sure | TakesOption, "sudo nohup busybox doas chroot setsid xargs unshare ionice stdbuf taskset nsenter cpulimit rlwrap systemd-run pkexec capsh setarch " +
		"chrt logsave run-parts start-stop-daemon torify proxychains sshpass unbuffer setpriv prlimit firejail fakeroot"},
	{Wrapper | Natural | TakesOption, "script flock parallel choom"},
	{Wrapper | Natural, "exec eval nice watch builtin then do else"},
	{TakesText | TakesNumber | Natural, "echo"},
	{Sure | TakesText | TakesAny, "printf expr"},
	// What changes the machine.
	{Natural | TakesOption, "kill"},
	{Sure | TakesOption | TakesAny, "killall pkill poweroff useradd adduser usermod userdel groupadd passwd iptables insmod modprobe visudo"},
	{Sure | windows | TakesSub, "netsh wmic reg schtasks vssadmin bcdedit wbadmin nltest dsquery fsutil runas"},
	{Fold | Slash | TakesSub | TakesOption, "net sc route ip systemctl service"},
	// Tools whose commands people also put into support notes: nothing but the place gives them away.
	{Tool, "docker kubectl mysql psql sqlite3 git apt-get apt yum dnf brew npm pip pip3 redis-cli mongo mongosh aws gcloud svn"},
	// PowerShell.
	{Sure | Fold | Alone | TakesAny | TakesOption, "invoke-expression invoke-webrequest invoke-restmethod invoke-command invoke-wmimethod " +
		"get-childitem get-content get-process get-service get-host get-location get-wmiobject get-ciminstance get-command " +
		"get-localuser get-netipaddress get-netipconfiguration get-computerinfo start-process start-sleep new-object " +
		"test-connection test-netconnection resolve-dnsname set-executionpolicy write-host write-output out-file add-content " +
		"set-content remove-item stop-process add-type convertto-securestring start-bitstransfer set-mppreference"},
	{Sure | Fold | Shell | TakesAny, "iex iwr irm gci gwmi gcim saps icm ipmo"},
}

// maxName is the length of the longest name that is looked up.
const maxName = 24

// letters holds the second and the last bytes of some names, a bit for each.
type letters struct{ second, last uint32 }

// known holds the letters of the names of programs, by the first byte and the length.
var known = func() (t [32][maxName + 1]letters) {
	for _, g := range groups {
		for _, name := range strings.Fields(g.names) {
			if n := len(name); n <= maxName {
				l := &t[name[0]&31][n]
				l.second |= 1 << (lex.At(name, 1) & 31)
				l.last |= 1 << (name[n-1] & 31)
			}
		}
	}
	return t
}()

// likely reports whether name, which is not empty, may be that of a program.
func likely(name string) bool {
	if len(name) > maxName {
		return false
	}
	l := &known[name[0]&31][len(name)]
	return l.second>>(lex.At(name, 1)&31)&1 != 0 && l.last>>(name[len(name)-1]&31)&1 != 0
}

// Unknown returns the end of the word at i where it is a plain one that names no program, i where it takes Read and
// Lookup to say. Nearly all words of prose and identifiers are plain. A lone apostrophe inside, as in O'Brien, ends one
// as it does for Read.
func Unknown(s string, i int) int {
	j := i
	for j < len(s) && (lex.IsWord(s[j]) || s[j] == '-') {
		j++
	}
	name := s[i:j]
	if name == "" || len(name) > Max || !lex.IsLetter(name[0]) || lex.IsUpper(name[0]) && strings.IndexByte(name, '-') >= 0 {
		return i // the last may be a cmdlet
	}
	if j < len(s) && !Ends(s[j]) && !(s[j] == '\'' && lone(s, j)) {
		return i
	}
	if likely(name) {
		return i
	}
	return j
}

// lone reports whether no other quote follows the one at i in the same word.
func lone(s string, i int) bool {
	for j := i + 1; j < len(s) && !Ends(s[j]); j++ {
		if s[j] == s[i] || j-i > quoteReach {
			return false
		}
	}
	return true
}

var programs = func() map[string]Program {
	m := make(map[string]Program, 512)
	for _, g := range groups {
		for _, name := range strings.Fields(g.names) {
			m[name] |= g.kind
		}
	}
	return m
}()

// subs holds the sub-commands of the programs that have TakesSub. Those before the bar are nobody's prose.
var subs = map[string]string{
	"net":       " user localgroup accounts view | use share start stop group session config time ",
	"reg":       " add query save delete export import copy | ",
	"sc":        " query qc sdshow queryex | create config start stop delete ",
	"netsh":     " firewall advfirewall interface wlan winsock int portproxy add dump | ",
	"wmic":      " process os useraccount qfe logicaldisk product service computersystem bios cpu startup | ",
	"schtasks":  " /create /query /run /delete | ",
	"vssadmin":  " list delete create | ",
	"bcdedit":   " /set /enum | ",
	"wbadmin":   " delete get | ",
	"ip":        " addr | a address link route neigh rule ",
	"route":     " print | add -n delete ",
	"systemctl": " status list-units stop start restart enable disable daemon-reload | ",
	"service":   " --status-all | ",
	"ps":        " aux auxw auxf ax -ef | ",
}

// Lookup finds the program that the word names. exact is true when the word holds a directory of programs
// (/bin/id, c:\windows\system32\cmd.exe) or wildcards in the place of one (/???/?at): then it is a program
// whatever the name.
func Lookup(w *Word) (p Program, exact bool) { return lookup(w.Text(), w.Marks) }

// LookupCut is Lookup for the part of the word before a spelt-out line end.
func LookupCut(w *Word) (p Program, exact bool) {
	if w.Cut < 0 {
		return 0, false
	}
	return lookup(w.Text()[:w.Cut], w.Marks)
}

func lookup(name []byte, marks Mark) (p Program, exact bool) {
	if len(name) == 0 || marks&Long != 0 {
		return 0, false
	}
	if marks&Glob != 0 {
		return 0, len(name) > 4 && globbedProgram(name)
	}
	base := 0
	for i, c := range name {
		if c == '/' || c == '\\' {
			base = i + 1
		}
	}
	exact = base > 0 && programDir(name[:base])
	name = name[base:]
	if n := len(name); n > 4 && name[n-4] == '.' && Executable(name[n-3:]) {
		name = name[:n-4]
	}
	var buf [maxName]byte
	if len(name) > len(buf) || len(name) == 0 {
		return 0, false
	}
	upper := 0
	for i, c := range name {
		if lex.IsUpper(c) {
			upper++
		}
		buf[i] = lex.Lower(c)
	}
	if p = programs[string(buf[:len(name)])]; p == 0 && upper >= 2 && cmdlet(name) {
		return Cmdlet | Fold | TakesOption, false
	}
	if upper > 0 && p&Fold == 0 && (p&Sure == 0 || upper == len(name)) {
		return 0, false
	}
	return p, exact && p != 0
}

// cmdlet reports whether the name is built as those of PowerShell: an approved verb, a hyphen and a noun, each with its
// capital. So are Start-Up and Add-On: options must follow.
func cmdlet(name []byte) bool {
	k := 0
	for k < len(name) && lex.IsLetter(name[k]) {
		k++
	}
	if k < 3 || k+4 >= len(name) || name[k] != '-' || !lex.IsUpper(name[0]) || !lex.IsUpper(name[k+1]) {
		return false
	}
	for _, c := range name[k+1:] {
		if !lex.IsLetter(c) && !lex.IsDigit(c) {
			return false
		}
	}
	return verbs[string(name[:k])]
}

// verbs are the approved ones of PowerShell that do something to a machine.
var verbs = lex.NewSet("Add Clear Copy Enter Exit Find Format Get Join Lock Move New Open Pop Push Remove Rename Reset Select Set Split Switch Unlock Watch Connect Disconnect " +
	"Read Receive Send Write Backup Checkpoint Compare Compress Convert ConvertFrom ConvertTo Dismount Edit Expand Export Group Import Initialize Limit Merge Mount Out Publish " +
	"Restore Save Sync Update Debug Measure Ping Repair Resolve Test Trace Build Deploy Disable Enable Install Invoke Register Request Restart Resume Start Stop Submit " +
	"Suspend Uninstall Unregister Wait Block Grant Protect Revoke Unblock Unprotect Use ForEach Where Sort Tee")

// Executable reports whether Windows runs a file with the extension.
func Executable(ext []byte) bool {
	switch string(ext) {
	case "exe", "com", "bat", "cmd", "EXE", "COM", "BAT", "CMD", "Exe":
		return true
	}
	return false
}

// programDir reports whether the directory, with its slash at the end, is one that systems keep programs in.
func programDir(dir []byte) bool {
	var buf [Max]byte
	for i, c := range dir {
		buf[i] = lex.Lower(c)
		if c == '\\' {
			buf[i] = '/'
		}
	}
	d := string(buf[:len(dir)])
	for strings.HasPrefix(d, "../") {
		d = d[3:]
	}
	d = strings.TrimPrefix(d, "/")
	switch d {
	case "bin/", "usr/bin/", "sbin/", "usr/sbin/", "usr/local/bin/", "usr/local/sbin/", "opt/bin/":
		return true
	}
	return strings.HasPrefix(d, "c:/windows/") || strings.HasPrefix(d, "c:/winnt/")
}

// globbedProgram reports whether the word is a path of two or more elements in which wildcards stand for
// letters, as /???/c?t or /b*n/id: no prose holds one.
func globbedProgram(name []byte) bool {
	slashes, wild, letters, last := 0, 0, 0, name[len(name)-1]
	if lex.IsWord(last) || last == ']' {
		wild++ // a single ? at the very end of a path is the end of a question
	}
	for i, c := range name {
		switch {
		case c == '/':
			slashes++
			if i > 0 && name[i-1] == '/' {
				return false
			}
		case c == '?' || c == '*' || c == '[' || c == ']':
			wild++
			if c == '*' && i > 0 && name[i-1] == '*' {
				return false
			}
		case lex.IsWord(c) || c == '-' || c == '.' || c == '!' || c == '^':
			letters++
		default:
			return false
		}
	}
	return name[0] == '/' && name[1] != '*' && slashes >= 2 && wild >= 2 && wild+letters >= 4 && last != '/'
}

// Sub reports whether arg is a sub-command of the program that w names, and whether the two words together
// are beyond doubt a command line.
func Sub(w *Word, arg string) (ok, sure bool) {
	var buf, low [24]byte
	name := lex.Fold(buf[:], string(w.Text()))
	a := lex.Fold(low[:], arg)
	if name == nil || a == nil || len(a) == 0 {
		return false, false
	}
	list := subs[strings.TrimSuffix(string(name), ".exe")]
	bar := strings.IndexByte(list, '|')
	for i := 0; i+len(a)+2 <= len(list); i++ {
		if list[i] == ' ' && list[i+1:i+1+len(a)] == string(a) && list[i+1+len(a)] == ' ' {
			return true, i < bar
		}
	}
	return false, false
}
