package nosqli

import (
	"strings"

	"github.com/tangoguard/tangoguard/internal/detect/lex"
	"github.com/tangoguard/tangoguard/internal/detect/scan"
)

// shell looks for db.collection.method( and db.method(.
func shell(v *scan.View, report scan.Report) bool {
	s := v.Text
	for at := 0; ; {
		i := strings.Index(s[at:], "db")
		if i < 0 {
			return false
		}
		i += at
		at = i + len("db")
		if i > 0 && (lex.IsWord(s[i-1]) || s[i-1] == '.') {
			continue
		}
		j := i + 2
		if c := lex.At(s, j); c == '[' && isQuote(lex.At(s, j+1)) { // db['users']
			n := lex.SkipWord(s, j+2)
			if lex.At(s, n) != lex.At(s, j+1) || lex.At(s, n+1) != ']' {
				continue
			}
			j = n + 2
		}
		for n := 0; n < 3 && lex.At(s, j) == '.'; n++ {
			start := j + 1
			j = lex.SkipWord(s, start)
			v.Work(j - start)
			if lex.At(s, j) == '(' && method(s[start:j]) {
				report("shell", i, j+1)
				return true
			}
		}
	}
}

func method(name string) bool {
	switch name {
	case "find", "findOne", "insert", "insertOne", "insertMany", "update", "updateOne", "updateMany", "remove", "deleteOne",
		"deleteMany", "drop", "mapReduce", "aggregate", "getCollectionNames", "getCollection", "dropDatabase", "eval",
		"runCommand", "adminCommand", "createUser", "getUsers", "shutdownServer", "copyDatabase", "cloneDatabase",
		"getCollectionInfos", "createCollection", "serverStatus", "getMongo", "save", "findAndModify", "renameCollection",
		"version", "logout", "changeUserPassword", "grantRolesToUser", "listCommands", "hostInfo", "count", "distinct",
		"stats", "loadServerScripts", "getSiblingDB", "getName", "replaceOne", "bulkWrite", "killOp", "currentOp", "fsyncLock", "createIndex", "dropIndexes":
		return true
	}
	return false
}

// introspection looks for the fields in which GraphQL describes its schema, with a selection or an argument.
func introspection(v *scan.View, report scan.Report) bool {
	s := v.Text
	for at := 0; ; {
		i := strings.Index(s[at:], "__")
		if i < 0 {
			return false
		}
		i += at
		end := lex.SkipWord(s, i)
		v.Work(end - i)
		next := lex.At(s, lex.SkipSpace(s, end))
		switch s[i:end] {
		case "__schema":
			if next == '{' {
				report("introspection", i, end)
				return true
			}
		case "__typename": // {__typename}, with which a server is recognised
			if i > 0 && s[i-1] == '{' {
				report("introspection", i, end)
				return true
			}
		case "__type":
			if next == '(' {
				report("introspection", i, end)
				return true
			}
		}
		at = max(end, i+2)
	}
}

// script looks for a script in a query of Elasticsearch.
func script(v *scan.View, report scan.Report) bool {
	s := v.Text
	for at := 0; ; {
		i := strings.Index(s[at:], `"script`)
		if i < 0 {
			return false
		}
		i += at
		j := lex.SkipWord(s, i+1)
		k := lex.SkipSpace(s, skipQuote(s, j))
		at = j
		v.Work(k - i)
		if lex.At(s, k) != ':' {
			continue
		}
		k = lex.SkipSpace(s, k+1)
		if s[i+1:j] == "script_fields" && lex.At(s, k) == '{' {
			report("script", i, k+1)
			return true
		}
		if s[i+1:j] == "script" && lex.At(s, k) == '{' {
			k = skipOpen(s, k+1, " \t\r\n\"'\\")
			switch s[k:lex.SkipWord(s, k)] {
			case "inline", "source", "lang", "params", "id", "file":
				report("script", i, k)
				return true
			}
		}
	}
}

// commands looks behind each line end for a command of Redis or memcached.
func commands(v *scan.View, report scan.Report) {
	s := v.Text
	if end := command(s, 0); end > 0 && s[0] == '*' {
		report("command", 0, end)
		return
	}
	if end := keyed(s); end > 0 {
		report("command", 0, end)
		return
	}
	for _, c := range [...]byte{'\n', '\r'} {
		for i := next(s, 0, c); i >= 0; i = next(s, i+1, c) {
			if end := command(s, i+1); end > 0 {
				report("command", i, end)
				return
			}
		}
	}
}

// command returns the end of the command that begins at i, or 0.
func command(s string, i int) int {
	if lex.At(s, i) == '*' && isDigitAt(s, i+1) { // RESP: *1\r\n$8\r\nFLUSHALL
		j := lex.SkipDigits(s, i+1)
		for lex.At(s, j) == '\r' || lex.At(s, j) == '\n' {
			j++
		}
		if lex.At(s, j) == '$' && isDigitAt(s, j+1) {
			return j + 2
		}
		return 0
	}
	end := lex.SkipWord(s, i)
	if end-i > 12 {
		return 0
	}
	var buf [16]byte
	word := string(lex.Fold(buf[:], s[i:end]))
	next := lex.SkipBlanks(s, end)
	switch word {
	case "flushall", "flushdb", "flush_all":
		if c := lex.At(s, next); c == 0 || c == '\r' || c == '\n' {
			return end
		}
	case "config":
		if lex.HasPrefixFold(s, next, "set dir") || lex.HasPrefixFold(s, next, "set dbfilename") || lex.HasPrefixFold(s, next, "get *") {
			return next + 3
		}
	case "slaveof", "replicaof":
		host := next
		for host < len(s) && !lex.IsSpace(s[host]) {
			host++
		}
		if port := lex.SkipBlanks(s, host); host > next && isDigitAt(s, port) {
			return port
		}
	case "eval", "evalsha":
		if isQuote(lex.At(s, next)) {
			return next + 1
		}
	case "module":
		if lex.HasPrefixFold(s, next, "load /") {
			return next + 4
		}
	case "script":
		if lex.HasPrefixFold(s, next, "flush") {
			return next + 5
		}
	case "set", "add", "replace", "append", "prepend": // memcached: set key flags time bytes
		return stored(s, next)
	}
	return 0
}

// keyed returns the end of a command of Redis, in capitals and on a line of its own, behind a line that is one word at
// most: what is left of the key that the text was put into. In prose the line before holds more.
func keyed(s string) int {
	i := strings.IndexAny(s, "\r\n")
	if i < 0 || i > 64 || strings.ContainsAny(s[:i], " \t") {
		return 0
	}
	i = skipOpen(s, i, "\r\n")
	n := strings.IndexAny(s[i:], "\r\n")
	if n < 0 || n > 256 {
		return 0
	}
	name, args, _ := strings.Cut(s[i:i+n], " ")
	count := len(strings.Fields(args))
	ok := false
	switch name {
	case "SET", "HSET", "PUBLISH", "LPUSH", "RPUSH", "SADD", "RENAME", "EVAL":
		ok = count >= 2
	case "GET", "DEL", "AUTH", "SELECT", "KEYS", "CLIENT", "DEBUG", "SUBSCRIBE", "TYPE", "DUMP":
		ok = count == 1 || count == 2
	case "SAVE", "BGSAVE", "INFO", "MONITOR", "SHUTDOWN", "DBSIZE", "PING", "QUIT", "SYNC":
		ok = count == 0
	case "MIGRATE":
		ok = count >= 5
	}
	if !ok {
		return 0
	}
	return i + n
}

// stored returns the end of memcached's "key flags time bytes" at i, or 0.
func stored(s string, i int) int {
	for i < len(s) && !lex.IsSpace(s[i]) {
		i++
	}
	for range 3 {
		i = lex.SkipBlanks(s, i)
		j := lex.SkipDigits(s, i)
		if j == i {
			return 0
		}
		i = j
	}
	if c := lex.At(s, i); c == '\r' || c == '\n' {
		return i
	}
	return 0
}
