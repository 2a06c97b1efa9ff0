package sqli

import "bytes"

// word is the part that a reserved word plays in the grammar.
type word uint8

const (
	wNone    word = iota
	wOr           // or, xor
	wAnd          // and
	wNot          // not
	wCompare      // like, rlike, regexp, in, is, between …
	wArith        // div, mod, collate …
	wUnion        // union, intersect, except, minus
	wSelect       // select
	wFrom         // from
	wWhere        // where
	wGroup        // group
	wOrder        // order
	wBy           // by
	wHaving       // having
	wLimit        // limit, offset, fetch
	wInto         // into
	wJoin         // join and what introduces it
	wOn           // on, using
	wAs           // as
	wCase         // case
	wWhen         // when, then, else
	wEndCase      // end
	wAll          // all, distinct, any, some: nothing but a prefix
	wConst        // null, true, false
	wDesc         // asc, desc
	wProcedure
	wFor
	wExists
	wValues
)

const maxWord = 16

// fold writes s in lower case and without comments into buf and returns it; the empty slice when it does not fit.
func fold(buf []byte, s string) []byte {
	n := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c == '/' && i+1 < len(s) && s[i+1] == '*' {
			i += 2
			for i < len(s) && (s[i-1] != '*' || s[i] != '/') {
				i++
			}
			continue
		}
		if n == len(buf) {
			return buf[:0]
		}
		buf[n] = c
		n++
	}
	return buf[:n]
}

// lookup returns the part that a reserved word plays, whatever its case.
func lookup(s string) word {
	if len(s) < 2 || len(s) > 12 {
		return wNone
	}
	var buf [maxWord]byte
	switch string(fold(buf[:], s)) {
	case "or", "xor":
		return wOr
	case "and":
		return wAnd
	case "not":
		return wNot
	case "like", "rlike", "regexp", "ilike", "glob", "in", "is", "between", "similar", "sounds", "regexp_like":
		return wCompare
	case "div", "mod", "collate":
		return wArith
	case "union", "intersect", "except", "minus":
		return wUnion
	case "select":
		return wSelect
	case "from":
		return wFrom
	case "where":
		return wWhere
	case "group":
		return wGroup
	case "order":
		return wOrder
	case "by":
		return wBy
	case "having":
		return wHaving
	case "limit", "offset", "fetch":
		return wLimit
	case "into":
		return wInto
	case "join", "inner", "cross", "natural":
		return wJoin
	case "on", "using":
		return wOn
	case "as":
		return wAs
	case "case":
		return wCase
	case "when", "then", "else":
		return wWhen
	case "end":
		return wEndCase
	case "all", "distinct", "any", "some", "binary", "prior", "distinctrow":
		return wAll
	case "null", "true", "false":
		return wConst
	case "asc", "desc":
		return wDesc
	case "procedure":
		return wProcedure
	case "for":
		return wFor
	case "exists":
		return wExists
	case "values":
		return wValues
	}
	return wNone
}

// doubled returns the reserved word that a filter builds when it removes the same word once from w
// (selSELECTect), wNone when w is no such word.
func doubled(w string) word {
	n := len(w) / 2
	if len(w) != 2*len("union") && len(w) != 2*len("select") {
		return wNone
	}
	for i := 1; i < n; i++ {
		if sameOuter(w, i, n) {
			return lookup(w[i : i+n])
		}
	}
	return wNone
}

// sameOuter reports whether w without w[i:i+n] is w[i:i+n], in any case.
func sameOuter(w string, i, n int) bool {
	for k := range n {
		j := k
		if k >= i {
			j = k + n
		}
		if w[j]|0x20 != w[i+k]|0x20 {
			return false
		}
	}
	return true
}

// call is what a function does for an attacker.
type call uint8

const (
	callNone  call = iota
	callPlain      // computes: substring, ascii, concat
	callInfo       // tells: version, user, database
	callDelay      // waits
	callReach      // reads files, runs commands, talks to other machines, forces an error that tells
)

// function looks up a function, by the last part of its name or by its package.
func function(s string) call {
	var buf [48]byte
	b := fold(buf[:], s)
	for _, p := range [...]string{"utl_", "ctxsys.", "dbms_java", "dbms_xml", "dbms_ldap", "dbms_scheduler", "dbms_export", "owa_"} {
		if len(b) > len(p) && string(b[:len(p)]) == p {
			return callReach
		}
	}
	if i := bytes.LastIndexByte(b, '.'); i >= 0 {
		if !schema(b[:i]) {
			return callNone
		}
		b = b[i+1:]
	}
	if len(b) > 2 && (b[0] == '`' || b[0] == '[') {
		b = b[1 : len(b)-1]
	}
	if len(b) < 2 {
		return callNone
	}
	if b[0] == 'x' && b[1] == 'p' && len(b) > 5 && b[2] == '_' || len(b) > 6 && string(b[:3]) == "sp_" {
		return callReach
	}
	switch string(b) {
	case "sleep", "benchmark", "pg_sleep", "pg_sleep_for", "pg_sleep_until", "receive_message", "randomblob",
		"zeroblob", "get_lock", "release_lock", "wait_until_sql_thread_after_gtids", "master_pos_wait":
		return callDelay
	case "load_file", "extractvalue", "updatexml", "get_host_address", "get_host_name", "httpuritype",
		"lo_import", "lo_export", "lo_get", "lo_put", "pg_read_file", "pg_read_binary_file", "pg_ls_dir", "pg_stat_file", "dblink",
		"dblink_connect", "query_to_xml", "database_to_xml", "table_to_xml", "sys_eval", "sys_exec", "openrowset",
		"opendatasource", "openquery", "load_extension", "readfile", "writefile", "gtid_subset", "gtid_subtract",
		"json_keys", "st_latfromgeohash", "st_longfromgeohash", "st_pointfromgeohash", "polygon", "multipoint",
		"geometrycollection", "linestring", "multilinestring", "multipolygon", "xmltype", "fn_xe_file_target_read_file",
		"fn_get_audit_file", "fn_trace_gettable", "getmappingxpath", "xmltable", "procedure", "analyse",
		"csvwrite", "csvread", "file_read", "file_write", "link_schema", "xmlserialize", "cursor_to_xml", "shell":
		return callReach
	case "version", "user", "database", "schema", "current_user", "system_user", "session_user", "current_setting",
		"current_database", "current_schema", "user_name", "suser_name", "suser_sname", "db_name", "host_name",
		"is_srvrolemember", "is_member", "serverproperty", "sqlite_version", "connection_id", "last_insert_id",
		"row_count", "found_rows", "object_id", "col_name", "object_name", "user_id", "db_id", "pg_backend_pid",
		"sys_context", "userenv", "ora_hash", "has_dbaccess", "get_current_user", "uuid", "pg_client_encoding",
		"current_catalog", "last_insert_rowid", "get_current_ts_config", "inet_server_addr", "current_query", "regexp_substring", "curuser", "curdate", "now", "getdate", "sysdate":
		return callInfo
	case "ascii", "ord", "char", "chr", "nchar", "unichr", "unicode", "concat", "concat_ws", "group_concat", "substring",
		"substr", "mid", "left", "right", "length", "len", "char_length", "character_length", "octet_length",
		"bit_length", "lpad", "rpad", "hex", "unhex", "to_hex", "md5", "sha1", "sha", "sha2", "crc32", "rand", "floor",
		"ceil", "ceiling", "count", "sum", "min", "max", "avg", "cast", "convert", "try_cast", "try_convert", "if",
		"ifnull", "nullif", "coalesce", "elt", "field", "make_set", "isnull", "iif", "decode", "nvl", "nvl2",
		"instr", "locate", "position", "upper", "lower", "ucase", "lcase", "reverse", "exp", "pow", "power",
		"abs", "round", "greatest", "least", "strcmp", "replace", "translate", "to_char", "to_number", "rawtohex",
		"string_agg", "array_agg", "listagg", "xmlagg", "xmlelement", "quotename", "stuff", "patindex", "charindex",
		"regexp_replace", "regexp_substr", "regexp_instr", "regexp_like", "json_extract", "json_value", "json_array",
		"json_object", "json_arrayagg", "json_search", "generate_series", "repeat", "space", "trim", "ltrim", "rtrim",
		"like", "glob", "quote", "typeof", "unistr", "to_base64", "from_base64", "encode", "bin", "oct", "conv", "sqrt",
		"sign", "mod", "log", "log10", "ln", "exists", "not", "in", "values", "row", "rownum", "array_to_string",
		"find_in_set", "insert", "interval", "format", "soundex", "name_const", "compress", "uncompress", "des_encrypt",
		"aes_encrypt", "aes_decrypt", "password", "old_password", "dcount", "dlookup", "asc", "chrw", "ascw",
		"cdbl", "cint", "cstr", "strreverse", "bitand", "wm_concat", "dump", "chartorowid", "ascii_char", "ascii_val",
		"char_to_int", "crypt_key", "regexp", "any", "all", "some", "distinct", "table", "nlssort", "vsize",
		"unnest", "upper_case", "bit_count", "bit_and", "bit_or", "bit_xor", "std", "stddev", "variance", "xmlforest",
		"xmlconcat", "query_to_json", "row_to_json", "mid_str", "st_geomfromtext", "pi", "radians", "degrees", "sin",
		"cos", "tan", "inet_aton", "inet_ntoa", "truncate", "date_add", "date_sub", "datediff", "timestampdiff",
		"makedate", "period_add", "to_days", "weekday", "lnnvl", "checksum", "binary_checksum", "quote_literal", "quote_ident", "cvar", "pg_typeof", "tanh", "rtrim_str":
		return callPlain
	}
	return callNone
}

// schema reports whether functions of databases live in a schema or package of that name.
func schema(b []byte) bool {
	for _, p := range [...]string{"dbms_", "sys", "pg_catalog", "public", "dbo", "master", "msdb", "mysql", "user_lock", "ordsys", "mdsys", "informix"} {
		if bytes.HasPrefix(b, []byte(p)) {
			return true
		}
	}
	return false
}

// catalogue reports whether a name belongs to the tables in which a database describes itself.
func catalogue(s string) bool {
	var buf [48]byte
	b := fold(buf[:], s[:min(len(s), len(buf))])
	if described(b) {
		return true
	}
	i := bytes.IndexByte(b, '.') // the same in another database: other..sysobjects
	return i >= 0 && described(bytes.TrimLeft(b[i:], "."))
}

// described reports whether a folded name begins as those of catalogues do.
func described(b []byte) bool {
	for _, p := range [...]string{"information_schema", "sys.", "sysibm.", "syscat.", "pg_catalog", "pg_", "mysql.",
		"master.", "msdb.", "sqlite_", "rdb$", "sysmaster", "sysobjects", "syscolumns", "sysusers", "sysdatabases",
		"syslogins", "systables", "all_tab", "all_users", "all_objects", "all_col", "user_tab", "user_col", "user_objects",
		"user_users", "dba_", "v$", "v_$", "dual", "msysobjects", "msysaccessobjects", "performance_schema", "domain.",
		"sysproc", "sysibmadm.", "syscs", "gv$", "global_name", "session_roles", "product_component_version", "sysxlogins", "tabname", "mon$", "systypes", "sys_", "session_privs", "nls_",
		"utl_", "httpuritype", "information schema", "[information_schema", "`information_schema", "[sys]", "[master]"} {
		if len(b) >= len(p) && string(b[:len(p)]) == p {
			return true
		}
	}
	return false
}

// isVerb reports whether a statement can begin with s.
func isVerb(s string) bool {
	var buf [maxWord]byte
	switch string(fold(buf[:], s)) {
	case "insert", "update", "delete", "drop", "create", "alter", "exec", "execute", "declare", "copy", "load", "grant",
		"waitfor", "truncate", "merge", "shutdown":
		return true
	}
	return false
}

// secret reports whether a column of that name holds passwords.
func secret(s string) bool {
	var buf [maxWord]byte
	b := fold(buf[:], s)
	return bytes.HasPrefix(b, []byte("password")) || bytes.HasPrefix(b, []byte("passwd")) || string(b) == "pwd" || string(b) == "user_pass"
}

// niladic reports whether s is a function of SQL that is called without brackets and tells about the server.
func niladic(s string) bool {
	if len(s) < len("system_user") || s[len("system")] != '_' && s[len("session")] != '_' {
		return false
	}
	var buf [maxWord + 4]byte
	switch string(fold(buf[:], s)) {
	case "current_user", "current_role", "current_schema", "current_catalog", "session_user", "system_user", "current_database":
		return true
	}
	return false
}

// systemVariable reports whether s names a variable in which a server tells about itself.
func systemVariable(s string) bool {
	var buf [maxWord + 8]byte
	switch string(fold(buf[:], s)) {
	case "@@version", "@@hostname", "@@datadir", "@@basedir", "@@servername", "@@version_comment", "@@language", "@@spid",
		"@@global.version", "@@secure_file_priv", "@@tmpdir", "@@port", "@@plugin_dir", "@@servicename", "@@microsoftversion":
		return true
	}
	return false
}
