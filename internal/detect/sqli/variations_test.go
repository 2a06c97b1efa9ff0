package sqli_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tangoguard/tangoguard/internal/detect/detecttest"
	"github.com/tangoguard/tangoguard/internal/detect/sqli"
)

// The tables below are the parts that an injection is put together from; TestVariations tries their product, thinned by
// a seed that is printed.
var (
	boundaries = []string{"4", "-4", "4)", "4))", "x'", "x')", "x'))", "x\"", "x\")", "x`", "4]", "%'", "'", "\"", "x%' "}

	conditions = []string{
		"AND 5=5", "OR 5=6", "AND NOT 5=6", "OR 5>4", "AND 5<>6", "OR 5 LIKE 5", "AND 5 BETWEEN 4 AND 6", "OR 5 IN (5)",
		"AND (5)=(5)", "OR ((5=5))", "AND 'q'='q'", "OR 'q' LIKE 'q%'", "AND ASCII('q')=113", "OR LENGTH(USER())>1",
		"AND (SELECT 5)=5", "OR EXISTS(SELECT 5 FROM dual)", "AND 5=(SELECT COUNT(*) FROM information_schema.tables)",
		"AND CASE WHEN 5=5 THEN 1 ELSE 0 END=1", "OR IF(5=5,1,0)", "AND SLEEP(5)", "OR 5=BENCHMARK(5000000,MD5(5))",
		"AND 5=(SELECT 5 FROM PG_SLEEP(5))", "AND DBMS_PIPE.RECEIVE_MESSAGE('q',5)=1", "RLIKE SLEEP(5)",
		"AND EXTRACTVALUE(5,CONCAT(0x5c,USER()))", "AND 5=CONVERT(INT,@@version)", "UNION SELECT NULL,NULL", "UNION ALL SELECT 5,USER()",
		"UNION(SELECT 5,'q')", "UNION SELECT login,pin FROM members", "ORDER BY 5", "GROUP BY 5 HAVING 5=5", "HAVING 5=5",
		"LIMIT 0,1 UNION SELECT 5", "INTO OUTFILE '/tmp/q'", "PROCEDURE ANALYSE(EXTRACTVALUE(5,CONCAT(0x5c,5)),1)", "XOR 5=6",
		"AND 'q' ~ 'q'", "OR 'q' SIMILAR TO 'q'", "AND 5::int=5", "OR 'q'=ANY(ARRAY['q','r'])", "OR CURRENT_USER='q'", "AND session_user='q'",
	}

	statements = []string{
		";DROP TABLE members", ";SELECT SLEEP(5)", ";SELECT PG_SLEEP(5)", ";WAITFOR DELAY '0:0:5'", ";EXEC xp_cmdshell 'dir'",
		";INSERT INTO members VALUES (5,'q')", ";UPDATE members SET pin=5", ";DELETE FROM members WHERE 5=5", ";DECLARE @q INT",
		";CALL SLEEP(5)", ";CREATE TABLE q(r int)", ";COPY q FROM '/etc/hosts'", ";SHUTDOWN", ";BEGIN DBMS_LOCK.SLEEP(5); END;",
		";FLUSH PRIVILEGES", ";REVOKE SELECT ON q FROM r", ";DROP INDEX q ON members", ";MERGE INTO q USING r ON (5=5) WHEN MATCHED THEN DELETE",
		";DROP OWNED BY q", ";BEGIN IF (5=5) THEN DBMS_LOCK.SLEEP(5); END IF; END;", ";SELECT CURRENT_USER",
	}

	endings = []string{"-- ", "-- q", "--+", "#", "/*", ";\x00", "-- -", "--\t"}

	blanks = []string{" ", "\t", "\n", "\r\n", "\v", "\f", "/**/", "/*q*/", "\u00a0", "\xa0", "  ", "\x01", "#q\n", "-- q\n", "/**_**/"}
)

func TestVariations(t *testing.T) {
	const seed = 20261123
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	tried := 0
	for _, b := range boundaries {
		for _, c := range conditions {
			for _, e := range endings {
				s := b + " " + c + e
				s = spaced(s, blanks[r.IntN(len(blanks))])
				if r.IntN(2) == 0 {
					s = randomCase(r, s)
				}
				tried++
				assert.NotEmpty(t, detecttest.Plain(t, sqli.Detector(), s), "%q", s)
			}
		}
		for _, c := range statements {
			for _, e := range endings {
				s := spaced(b+c+e, blanks[r.IntN(len(blanks))])
				tried++
				assert.NotEmpty(t, detecttest.Plain(t, sqli.Detector(), s), "%q", s)
			}
		}
	}
	t.Logf("%d variations", tried)
}

// spaced puts blank where s has a space outside of its literals and of its last comment.
func spaced(s, blank string) string {
	end := len(s)
	if i := strings.LastIndex(s, "--"); i >= 0 {
		end = i
	}
	return strings.ReplaceAll(s[:end], " ", blank) + s[end:]
}

// randomCase changes the case of letters, except where an escape needs it.
func randomCase(r *rand.Rand, s string) string {
	b := []byte(s)
	for i, c := range b {
		if c|0x20 >= 'a' && c|0x20 <= 'z' && r.IntN(2) == 0 && (i == 0 || b[i-1] != '0') {
			b[i] ^= 0x20
		}
	}
	return string(b)
}

// TestBalanced tries attacks that hide nothing: the quote or bracket of the query closes what they leave open.
func TestBalanced(t *testing.T) {
	for _, b := range []struct{ open, shut string }{
		{"x' ", " AND 'q'='q"}, {"x') ", " AND ('q'='q"}, {"x')) ", " AND (('q' LIKE 'q"}, {"x\" ", " AND \"q\"=\"q"},
		{"x\") ", " AND (\"q\" LIKE \"q"}, {"4) ", " AND (7=7"}, {"4)) ", " AND ((7=7"}, {"4 ", ""}, {"x'||(SELECT 'q' FROM dual WHERE 7=7 ", ")||'"},
		{"x'+(SELECT 'q' WHERE 7=7 ", ")+'"}, {"4]-(SELECT 0 WHERE 7=7 ", ")|[4"}, {"x` ", " AND `q`=`q"}, {"x%' ", " AND 'q%'='q"},
	} {
		for _, c := range conditions {
			if strings.HasPrefix(c, "UNION") || strings.HasPrefix(c, "INTO") || strings.HasPrefix(c, "LIMIT") || strings.HasPrefix(c, "PROC") ||
				strings.HasPrefix(c, "ORDER") || strings.HasPrefix(c, "GROUP") {
				continue // nothing can follow these
			}
			s := b.open + c + b.shut
			assert.NotEmpty(t, detecttest.Plain(t, sqli.Detector(), s), "%q", s)
		}
	}
}

// TestProse puts the words of SQL into sentences: no order of them is SQL without its signs.
func TestProse(t *testing.T) {
	const seed = 11
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 2))
	words := strings.Fields("select union from where order by group having or and not like in is null true between drop table insert into update set " +
		"delete exec declare limit join on as case when then else end all any exists values create alter grant call if while begin print use " +
		"the a gift card for you me we it's don't O'Brien party cake friend year 5 10 one two, three. happy -- birthday! & love; (hugs) and 'joy'")
	for range 20000 {
		n := 2 + r.IntN(12)
		pick := make([]string, n)
		for i := range pick {
			pick[i] = words[r.IntN(len(words))]
		}
		s := strings.Join(pick, " ")
		if got := detecttest.Plain(t, sqli.Detector(), s); got != nil && !sqlByChance(s) {
			t.Errorf("%v: %q", got, s)
		}
	}
}

// sqlByChance reports whether a sentence of random words became a statement on a table: that one is reported.
func sqlByChance(s string) bool {
	for _, w := range []string{"union ", "drop table", "delete from", "create table", "alter table", "insert into", "select "} {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
