package main

import "slices"

// table lists the breakages, by the package that is broken.
func table() []breakage {
	return slices.Concat(ofMiddleware(), ofSanitize(), ofValidate(), ofDetection(), ofClient(), ofSecrets(), ofTenants(), ofOutbox(), ofSandbox())
}

func ofMiddleware() []breakage {
	const guard, pkg = "middleware/inspection.go", "./middleware"
	return []breakage{
		{"the browser check is dropped", "middleware/browsers.go", []string{`if sign == "" || b.allowedOrigin(req) {`, `if true || sign == "" || b.allowedOrigin(req) {`}, pkg, "TestRejectBrowsers"},
		{"Origin: null is no sign of a browser", "middleware/browsers.go", []string{`case h["Origin"] != nil:`, `case h["Origin"] != nil && h.Get("Origin") != "null":`}, pkg, "TestRejectBrowsers"},
		{"a method override hides the POST", "middleware/browsers.go", []string{`if b.counts(req.Method) || overridden(req) {`, `if b.counts(req.Method) {`}, pkg, "TestRejectBrowsers"},
		{"a refused browser keeps what CORS has granted", "middleware/browsers.go", []string{`delete(h, name)`, `_ = name`}, pkg, "TestBrowserConfig"},
		{"a preflight is let through", "middleware/browsers.go", []string{`if !b.changesState(req) && !isPreflight(req) {`, `if !b.changesState(req) {`}, pkg, "TestRejectBrowsers"},

		{"Handle without the second inspection", "middleware/handle.go", []string{`d.inspectAgain(&v, changes)`, `d.inspectAgain(&v, nil)`}, pkg, "TestWhatCleaningChangedIsInspectedAgain"},
		{"Handle takes unknown members", "middleware/handle.go", []string{`json.RejectUnknownMembers(!cfg.AllowUnknown)`, `json.RejectUnknownMembers(false)`}, pkg, "TestHandle$"},
		{"Handle does not ask the rules", "middleware/handle.go", []string{`if err := validate.Struct(&v); err != nil {`, `if err := validate.Struct(&v); err != nil && len(changes) > 99 {`}, pkg, "TestHandle$"},
		{"Handle believes a body that nobody has inspected", "middleware/handle.go", []string{`ok && b.inspected {`, `ok {`}, pkg, "TestHandleInspectsWhatNobodyHas|TestModes|TestHandle"},
		{"mistakes in tags come under load", "middleware/handle.go", []string{`sanitize.Compile(t), validate.Check(t),`, ``}, pkg, "TestMistakesComeWhenTheHandlerIsMade"},

		{"the guard finds nothing", guard, []string{`case how.inspect.Clean(value):`, `case true:`}, pkg, "TestGuard$"},
		{"a line may hold line breaks", guard, []string{`case how.as == Line && !tango.IsOneLine(value):`, `case how.as == Line && len(value) > 1<<20:`}, pkg, "TestGuard"},
		{"a path may hold ..", guard, []string{`if segment == "." || segment == ".." {`, `if segment == "." {`}, pkg, "TestGuard$"},
		{"two Content-Types are taken", guard, []string{"if len(lines) != 1 {\n", "if len(lines) == 0 {\n"}, pkg, "TestTwoContentTypesAreRefused"},
		{"data behind a gzip member is let through", guard, []string{`more != io.EOF {`, `more != io.EOF && len(p) < 0 {`}, pkg, "TestGuard$"},
		{"a body may be twice the limit", "middleware/body.go", []string{`if int64(n) > limit {`, `if int64(n) > 2*limit {`}, pkg, "TestBodyLimit"},
		{"bodies are not counted together", "middleware/body.go", []string{`if !total.take(int64(got)) {`, `if !total.take(0) {`}, pkg, "TestMemoryOfAllBodies"},
		{"a body can be read once", "middleware/body.go", []string{"b.off = 0\n\t\treturn 0, io.EOF", "return 0, io.EOF"}, pkg, "TestBodyCanBeReadTwice"},
		{"a parameter may come twice", "middleware/media.go", []string{`if seen[p.name] && !contains(repeated, p.name) {`, `if false && !contains(repeated, p.name) {`}, pkg, "TestGuard$"},
		{"a part of a form may come twice", "middleware/media.go", []string{"if seen[name] {\n", "if false {\n"}, pkg, "TestGuard"},
		{"path parameters are not decoded", "middleware/media.go", []string{`if p.len() == 0 || !p.escaped() {`, `if true || p.len() == 0 || !p.escaped() {`}, pkg, "TestPathParametersAreDecodedOnce|TestEncodedAccountIsDecodedOnce"},
		{"a signed body is rewritten", "middleware/json.go", []string{`in.mode == Strip && !signed(in.req.Header)`, `in.mode == Strip`}, pkg, "TestModes"},
		{"an answer repeats made-up names", "middleware/refusal.go", []string{"\t\t\tcontinue\n\t\t}\n\t\treturn \"*\"", "\t\t\tcontinue\n\t\t}\n\t\treturn name"}, pkg, "TestRefusalTellsNothing|TestGuard|TestHandle|TestInsecureAnswer"},
		{"an answer repeats an error's text", "middleware/errors.go", []string{`Message: http.StatusText(status), Reason: "http"`, `Message: fmt.Sprint(e.Message), Reason: "http"`}, pkg, "TestErrorsBecomeAnswers"},
		{"Tango's 401 becomes the caller's", "middleware/errors.go", []string{`return &Refusal{Status: http.StatusBadGateway, Key: "502.001", Message: "The gift service refused this server"`, `return &Refusal{Status: status, Key: "502.001", Message: "The gift service refused this server"`}, pkg, "TestErrorsBecomeAnswers"},
		{"a request id may hold anything", "middleware/server.go", []string{`len(sent) != 1 || !validRequestID(sent[0])`, `len(sent) != 1`}, pkg, "TestRequestID"},

		{"a duplicate key is accepted", "internal/jsonwalk/jsonwalk.go", []string{"if twice {\n", "if twice && len(name) > 1<<20 {\n"}, "./internal/jsonwalk", "TestWalk"},
		{"a duplicate key is accepted in a large object", "internal/jsonwalk/jsonwalk.go", []string{`_, twice = f.more[name]`, `twice = false`}, "./internal/jsonwalk", "TestDuplicatesInLargeObjects|TestWalk"},
		{"data behind the JSON is accepted", "internal/jsonwalk/jsonwalk.go", []string{`if w.space(i) != len(w.text) {`, `if w.space(i) > len(w.text) {`}, "./internal/jsonwalk", "TestWalk"},
		{"JSON may nest one deeper", "internal/jsonwalk/jsonwalk.go", []string{`if len(w.frames) >= w.limits.Depth {`, `if len(w.frames) > w.limits.Depth {`}, "./internal/jsonwalk", "TestWalk"},
	}
}

func ofSanitize() []breakage {
	const pkg = "./sanitize"
	return []breakage{
		{"NFC is skipped", "internal/textclean/nfc.go", []string{`return norm.NFC.String(s)`, `return s`}, pkg, "TestTextAndLine"},
		{"bidirectional overrides are kept", "internal/textclean/context.go", []string{`r >= 0x202a && r <= 0x202e ||`, ``}, pkg, "TestTextAndLine"},
		{"a zero-width space is kept everywhere", "internal/textclean/context.go", []string{`case r == 0x200b: // where a line may break in scripts without spaces`, "case r == 0x200b:\n\t\treturn true\n\tcase r == 0x200a:"}, pkg, "TestTextAndLine"},
		{"an emoji loses its joiner", "internal/textclean/context.go", []string{`case r == 0x200d && c.emoji(rest):`, `case r == 0x200d && c.emoji(rest) && false:`}, pkg, "TestTextLeavesTextAlone"},
		{"control characters are kept", "internal/textclean/context.go", []string{`return gone // the CR of CRLF too`, `return r`}, pkg, "TestTextAndLine"},
		{"Text without the space behind <", "sanitize/text.go", []string{`return part(s)`, `return s`}, pkg, "TestTextAndLine"},
		{"the space behind &lt; is forgotten", "sanitize/part.go", []string{`if !strings.HasPrefix(s, "&lt") && !strings.HasPrefix(s, "&LT") {`, `if true || !strings.HasPrefix(s, "&lt") && !strings.HasPrefix(s, "&LT") {`}, pkg, "TestTextAndLine|TestPart"},
		{"markup stays in Text", "sanitize/text.go", []string{"if markupGoes {\n", "if markupGoes && len(s) < 0 {\n"}, pkg, "TestTextAndLine"},
		{"cleaning builds an attack", "sanitize/text.go", []string{`if t == s || !attack(t) || attack(s) {`, `if true || t == s || !attack(t) || attack(s) {`}, pkg, "TestCleaningBuildsNoAttack"},
		{"Line keeps line breaks", "internal/textclean/context.go", []string{"case how.line && (r >= '\\t' && r <= '\\r' || r == 0x85):\n\t\treturn ' '", "case how.line && r == 0x85:\n\t\treturn ' '"}, pkg, "TestTextAndLine"},
		{"a URL keeps its password", "sanitize/url.go", []string{"if strings.ContainsAny(s, `@%`) {\n\t\treturn \"\"\n\t}", "if i := strings.LastIndexByte(s, '@'); i >= 0 {\n\t\ts = s[i+1:]\n\t}"}, pkg, "TestURL"},
		{"a URL may hold control characters", "sanitize/url.go", []string{`!utf8.ValidString(rest) || strings.ContainsFunc(rest, isControl)`, `!utf8.ValidString(rest)`}, pkg, "TestURL"},
		{"a URL may hide an IPv4 address", "sanitize/url.go", []string{` || strings.HasPrefix(last, "0x")`, ``}, pkg, "TestURL"},
		{"a cell may begin with a tab", "sanitize/csv.go", []string{`strings.ContainsAny(lead, "\t\r\n")`, `strings.ContainsAny(lead, "\r\n")`}, pkg, "TestCSVCell"},
		{"a cell may begin with a full-width sign", "sanitize/csv.go", []string{`"=+-@＝＋－＠"`, `"=+-@"`}, pkg, "TestCSVCell"},
		{"a formula passes for a number", "sanitize/csv.go", []string{`if lead == "" && (isNumber(s) || isPhone(s)) {`, `if lead == "" && (isDigit(s[len(s)-1]) || isPhone(s)) {`}, pkg, "TestCSVCell"},
		{"a header value keeps CR and LF", "sanitize/sink.go", []string{`return r < 0x20 && r != '\t' ||`, `return r < 0x0a ||`}, pkg, "TestHeaderValue"},
		{"Strip takes one thing out and stops", "sanitize/strip.go", []string{"for range maxStripPasses {\n", "for range 0 {\n"}, pkg, "TestStripTakesNoMoreThanItMust"},
		{"Strip gives up with the attack in it", "sanitize/strip.go", []string{"\tfor range 2 { // the second time", "\tif len(t) < 1<<20 {\n\t\treturn t\n\t}\n\tfor range 2 { // the second time"}, pkg, "TestStripTakesNoMoreThanItMust"},
		{"a link keeps a foreign scheme", "sanitize/html.go", []string{"\treturn URL(s)\n}\n\n// htmlPolicy", "\treturn s\n}\n\n// htmlPolicy"}, pkg, "TestHTML"},
		{"a link tells where it came from", "sanitize/html.go", []string{`if n.DataAtom == atom.A && linked {`, `if n.DataAtom == atom.A && linked && len(n.Attr) > 99 {`}, pkg, "TestHTML"},
		{"an image over plain http", "sanitize/htmlpolicy.go", []string{"secureImage = value(`(?i)^[\\x00-\\x20]*https:`)", "secureImage = value(`(?i)^[\\x00-\\x20]*https?:`)"}, pkg, "TestHTML"},
		{"a style attribute in HTML", "sanitize/htmlpolicy.go", []string{`"title": anyText,`, `"title": anyText, "style": anyText,`}, pkg, "TestHTML"},
		{"the name of a member is not looked at", "sanitize/walk.go", []string{`if token = key.String(); Text(token) != token {`, `if token = key.String(); len(token) > 1<<20 {`}, pkg, "TestStructRefuses"},
		{"an identifier is cleaned", "sanitize/struct.go", []string{"case level == depth && !keys && allClosed(word):\n\t\t\treturn true", "case level == depth && !keys && allClosed(word):\n\t\t\treturn false"}, pkg, "TestStructFollowsTags"},
	}
}

func ofValidate() []breakage {
	return []breakage{
		{"an amount is rounded", "internal/money/money.go", []string{` || d.Scale() != fraction(s)`, ``}, "./internal/money", "TestParse"},
		{"mistakes in tags are not told", "validate/check.go", []string{"if len(b.mistakes) > 0 {\n", "if len(b.mistakes) > 99 {\n"}, "./validate", "TestMistakesInTagsAreFoundEarly"},
		{"Inspect looks for links too", "validate/inspect.go", []string{`return c == ClassLink })`, `return c == "" })`}, "./validate", "TestInspectorChoosesClasses|TestInspectHonestText"},
		{"a pointer is not escaped", "validate/pointer.go", []string{`strings.NewReplacer("~", "~0", "/", "~1")`, `strings.NewReplacer("~", "~0")`}, "./validate", "TestStruct|TestContainers"},
		{"an account without its customer counts", "internal/tango/accounts.go", []string{`x.Account == account && x.Customer == customer && account != ""`, `x.Account == account && account != ""`}, "./internal/tango", "TestAccountsCountAsPairs"},
		{"nobody's account is everybody's", "internal/tango/accounts.go", []string{"if x.Account == account && account != \"\" {", "if x.Account == account {"}, "./internal/tango", "TestAccountsCountAsPairs"},
	}
}

func ofDetection() []breakage {
	const pkg = "./internal/detect"
	return []breakage{
		{"one encoding layer is skipped", "internal/detect/detect.go", []string{`const MaxLayers = 4`, `const MaxLayers = 3`}, pkg, "TestNestedEncoding|TestCorpora"},
		{"deeper encoding is no finding", "internal/detect/detect.go", []string{`; ok && r.set.hidden {`, `; ok && r.set.hidden && start < 0 {`}, pkg, "TestNestedEncoding"},
		{"backslashes beside other escapes hide a path", "internal/detect/detect.go", []string{`split >= 0 {`, `split > 99 {`}, pkg, "TestBackslashBesideOthers"},
		{"the values of a URL are not read", "internal/detect/detect.go", []string{`if mayHoldValues(has) {`, `if mayHoldValues(has) && len(s) < 0 {`}, pkg, "TestValuesOfAURL"},
		{"findings are not sorted", "internal/detect/detect.go", []string{`return a.Start - b.Start`, `return b.Start - a.Start`}, "./fuzz", "FuzzInspect$"},
		{"a detector is left out of the table", "internal/detect/table.go", []string{"\t\tldapi.Detector(),\n", "", "const LinkClass = link.Class\n", "const LinkClass = link.Class\n\nvar _ = ldapi.Detector\n"}, "./validate", "TestInspectFindsEachClass"},
		{"a span points to the wrong place", "internal/detect/scan/scan.go", []string{`_, end = v.source(end - 1)`, `end = s + 1`}, "./internal/detect/scan", "TestOriginPointsToTheSource"},
		{"overlong UTF-8 is not decoded", "internal/detect/scan/decode.go", []string{`0xC0: atRune, `, ``}, "./internal/detect/scan", "TestDecode|TestOccurring"},
		{"tag characters hide text", "internal/detect/hidden/hidden.go", []string{`report("tag-characters", i, j)`, `_ = i`}, "./internal/detect/hidden", "Test"},
		{"a direction override is no finding", "internal/detect/hidden/hidden.go", []string{`report("bidi-override", i, j)`, `_ = j`}, "./internal/detect/hidden", "Test"},
		{"a stream in hexadecimal is no finding", "internal/detect/deserialization/encoded.go", []string{`if rule := hexSignature(w); rule != "" {`, `if rule := hexSignature(""); rule != "" {`}, "./internal/detect/deserialization", "TestCorpora"},
		{"a function that the table does not list is no formula", "internal/detect/csvinjection/csvinjection.go", []string{`case glued && start == 0`, `case glued && start < 0`}, "./internal/detect/csvinjection", "TestCorpora"},
		{"indented JSON hides a prototype", "internal/detect/prototypepollution/prototypepollution.go", []string{`const maxBetween = 48`, `const maxBetween = 4`}, "./internal/detect/prototypepollution", "TestCorpora"},
		{"a pasted mail is an attack", "internal/detect/crlf/crlf.go", []string{`return !pasted`, `return !pasted || name != ""`}, "./internal/detect/crlf", "TestCorpora"},
		{"a drawing is an expression", "internal/detect/expr/expr.go", []string{"\t\tst.j.Effect = None // no", "\t\tst.over = false // no"}, "./internal/detect/ssti", "TestCorpora"},
		{"a rule is renamed", "internal/detect/crlf/crlf.go", []string{"//\tsplit-escape ", "//\tsplit-escapes"}, pkg, "TestRulesAreStable"},
	}
}

func ofClient() []breakage {
	const pkg = "./tangoclient"
	return []breakage{
		{"the ref is forgotten on retry", "tangoclient/attempt.go", []string{"\treq, err := c.request(ctx, cl, g, auth)\n", "\tif n > 0 {\n\t\tagain := *cl\n\t\tagain.body = []byte(fmt.Sprintf(`{\"externalRefID\":%q}`, NewRef()))\n\t\tcl = &again\n\t}\n\treq, err := c.request(ctx, cl, g, auth)\n"}, pkg, "TestCreateOrderOutcomes|TestWhatIsSentIsWhatWasGiven|TestSandboxFaults"},
		{"a write without a ref is repeated", "tangoclient/send.go", []string{`if a.sent && !s.call.repeatable() || !retryable(a) {`, `if !retryable(a) {`}, pkg, "TestWritesWithoutARefAreSentOnce"},
		{"a 5xx counts as a refusal", "tangoclient/send.go", []string{`a.fail.Status < 400 || a.fail.Status >= 500 ||`, `a.fail.Status < 400 ||`}, pkg, "TestCreateOrderOutcomes"},
		{"an unreadable answer counts as a refusal", "tangoclient/send.go", []string{"\tcase a.fail == nil:\n\t\treturn true\n\tcase isUnavailableItem(a.fail.Key):\n\t\treturn false\n\tcase a.fail.Status == http.StatusConflict", "\tcase a.fail == nil:\n\t\treturn false\n\tcase isUnavailableItem(a.fail.Key):\n\t\treturn false\n\tcase a.fail.Status == http.StatusConflict"}, pkg, "TestCreateOrderOutcomes"},
		{"waits do not grow", "tangoclient/backoff.go", []string{`backoffBase << b.n`, `backoffBase`}, pkg, "TestWaitsGrow"},
		{"a Retry-After holds a call for ever", "tangoclient/backoff.go", []string{`min(floor, maxWaitFloor)`, `floor`}, pkg, "TestARetryAfterIsBounded"},
		{"a Retry-After is uncapped", "tangoclient/reply.go", []string{`return min(max(d, 0), maxRetryAfter)`, `return max(d, 0)`}, "./fuzz", "FuzzRetryAfter"},
		{"a long Retry-After is none", "tangoclient/reply.go", []string{"are a long wait, not none\n\t\t\treturn maxRetryAfter", "are a long wait, not none\n\t\t\treturn 0"}, "./fuzz", "FuzzRetryAfter"},
		{"an attempt is cancelled with its caller", "tangoclient/attempt.go", []string{`context.WithoutCancel(ctx), AttemptTimeout`, `ctx, AttemptTimeout`}, pkg, "TestACallerWhoGoesAway"},
		{"an attempt has a minute", "tangoclient/config.go", []string{`AttemptTimeout = 15 * time.Second`, `AttemptTimeout = 60 * time.Second`}, pkg, "TestAnAttemptHas15Seconds"},
		{"the pace is not kept", "tangoclient/send.go", []string{`err = sleep(ctx, time.Until(at))`, `err = sleep(ctx, time.Until(at)*0)`}, pkg, "TestPace"},
		{"the recipient is left out of the comparison", "tangoclient/orders.go", []string{"if o.Recipient == nil {\n\t\treturn out\n\t}", "if o.Recipient == nil || len(out) == 0 {\n\t\treturn out\n\t}"}, pkg, "TestReplayMismatch"},
		{"the amount is left out of the comparison", "tangoclient/orders.go", []string{`!o.Denomination.Value.IsZero() && !o.Denomination.Value.Equal(r.Amount)`, `o.Denomination.Value.Sign() < 0`}, pkg, "TestReplayMismatch"},
		{"somebody else's order is taken for ours", "tangoclient/orders.go", []string{`o.ExternalRefID != "" && o.ExternalRefID != cl.ref.ref`, `false`}, pkg, "TestCreateOrderOutcomes|TestReplayMismatch|TestHostileReplies"},
		{"the look-up is without the account", "tangoclient/orders.go", []string{`"accountIdentifier": {k.account}, "externalRefID"`, `"externalRefID"`}, pkg, "TestSettle"},
		{"an order of another account settles ours", "tangoclient/orders.go", []string{`strings.EqualFold(o.CustomerIdentifier, k.customer) && strings.EqualFold(o.AccountIdentifier, k.account) {`, `o.CustomerIdentifier != "" {`}, pkg, "TestSettle"},
		{"no order yet means never", "tangoclient/orders.go", []string{`left > 0 {`, `left > 1<<60 {`}, pkg, "TestSettle"},
		{"limits per day are ignored", "tangoclient/limits.go", []string{`if over(s.limits.PerAccountPerDay, key.currency, sum) {`, `if over(nil, key.currency, sum) {`}, pkg, "TestLimits"},
		{"limits per order are ignored", "tangoclient/limits.go", []string{`if over(s.limits.PerOrder, currency, r.Amount) {`, `if over(nil, currency, r.Amount) {`}, pkg, "TestLimits"},
		{"a reply is unbounded", "tangoclient/reply.go", []string{`io.LimitReader(resp.Body, limit+1)`, `io.LimitReader(resp.Body, 1<<40)`, `if int64(buf.Len()) > limit {`, `if int64(buf.Len()) > 1<<40 {`}, pkg, "TestCreateOrderOutcomes"},
		{"a reply may nest without end", "tangoclient/reply.go", []string{`depth > maxDepth {`, `depth > maxDepth*100 {`}, pkg, "TestCreateOrderOutcomes"},
		{"a reply in an encoding nobody asked for", "tangoclient/reply.go", []string{`enc != "" && !strings.EqualFold(enc, "identity")`, `enc == "\x00"`}, pkg, "TestHostileReplies"},
		{"an error repeats what was sent", "tangoclient/reply.go", []string{`c.cleanText(withoutValues(bounded(info.Message), values))`, `c.cleanText(bounded(info.Message))`}, pkg, "TestErrorsDoNotRepeatWhatWasSent"},
		{"an id may be a path step", "tangoclient/preflight.go", []string{`strings.Trim(id, ".") != ""`, `id != ""`}, pkg, "TestReferencesThatArePathSteps"},
		{"an attack is sent", "tangoclient/preflight.go", []string{`if len(validate.Inspect(s)) > 0 {`, `if len(s) > 1<<20 && len(validate.Inspect(s)) > 0 {`}, pkg, "TestPreflight"},
		{"text that cleaning would change is sent", "tangoclient/preflight.go", []string{`problems = append(problems, cleaned...)`, `_ = cleaned`}, pkg, "TestPreflight"},
		{"references of two parts meet", "tangoclient/refs.go", []string{`h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))`, `_ = binary.BigEndian`}, "./fuzz", "FuzzRefFrom"},
		{"TLS is not verified", "tangoclient/transport.go", []string{"\tif conf.MinVersion == 0 {\n", "\tconf.InsecureSkipVerify = true\n\tif conf.MinVersion == 0 {\n"}, pkg, "TestThePeerIsVerified"},
		{"a configuration without verification is taken", "tangoclient/transport.go", []string{`if conf.InsecureSkipVerify {`, `if conf.InsecureSkipVerify && conf.MinVersion > 1<<15 {`}, pkg, "TestNewRefuses"},
		{"TLS 1.1 is taken", "tangoclient/transport.go", []string{`conf.MinVersion != 0 && conf.MinVersion < tls.VersionTLS12`, `conf.MinVersion != 0 && conf.MinVersion < tls.VersionTLS10`}, pkg, "TestNewRefuses"},
	}
}

func ofSecrets() []breakage {
	const pkg = "./tangoclient"
	return []breakage{
		{"a Secret is a plain string", "tangoclient/secret.go", []string{`type Secret struct{ reveal func() string }`, "type Secret struct {\n\treveal func() string\n\tvalue  string\n}", `return Secret{reveal: func() string { return s }}`, `return Secret{reveal: func() string { return s }, value: s}`}, pkg, "TestSecretDoesNotPrint"},
		{"a Secret goes into JSON", "tangoclient/secret.go", []string{`MarshalText() ([]byte, error) { return []byte(s.text()), nil }`, `MarshalText() ([]byte, error) { return []byte(s.Reveal()), nil }`}, pkg, "TestSecret"},
		{"the scrubber knows two alignments of base64", "tangoclient/scrub.go", []string{`for before := range 3 {`, `for before := range 2 {`}, pkg, "TestScrub"},
		{"the scrubber does not look behind percent signs", "tangoclient/scrub.go", []string{`strings.Contains(text, "%") && s.found(percentDecode(text))`, `s.found(text)`}, pkg, "TestScrub"},
		{"the log's message is not scrubbed", "tangoclient/scrub.go", []string{`h.secrets.scrub(r.Message)`, `r.Message`}, pkg, "TestTheLogIsScrubbed"},
		{"an order may carry our own key", "tangoclient/preflight.go", []string{`if c.auth.secrets.has(s) {`, `if c.auth.secrets.has("") {`}, pkg, "TestPreflight"},
		{"a token is shared across audiences", "tangoclient/seal.go", []string{`c.ClientID, c.Username, audience, tokenURL}`, `c.ClientID, c.Username, tokenURL}`}, pkg, "TestStoredTokens|TestTokenRequest|TestPairOfClients"},
		{"a 401 invalidates no token", "tangoclient/auth.go", []string{`a.oauth.store.Invalidate(ctx, used.token.key, used.token.token); err != nil {`, `ctx.Err(); err != nil {`}, pkg, "TestARefusedTokenIsReplacedOnce"},
		{"a key that Tango refuses stays first", "tangoclient/auth.go", []string{`a.retire(ctx, used.id, "Tango answered 401")`, `_ = used.id`}, pkg, "TestPair"},
		{"every caller fetches a token", "tangoclient/token.go", []string{`if !kept.Due(now) {`, `if !kept.Due(now) && key == "" {`}, pkg, "TestManyCallersOneToken|TestTokensAreRenewedLate|TestTokenRequest"},
		{"a token file may be read by others", "tangoclient/tokenfile_unix.go", []string{`&0o077 != 0`, `&0o007 != 0`}, pkg, "TestTokenFileIsPrivate"},
		{"a request leaves without credentials", "tangoclient/attempt.go", []string{`if auth.header.IsZero() {`, `if auth.header.IsZero() && cl.path == "" {`}, pkg, "TestARequestIsNotFormedWithoutCredentials|TestNoRequestWithoutCredentials"},
	}
}

func ofTenants() []breakage {
	const accounts, pkg = "middleware/accounts.go", "./middleware"
	return []breakage{
		{"a resolver that fails opens the door", accounts, []string{"\tif err != nil {\n\t\treturn nil, resolverFailed(err)\n\t}\n\tvar used Accounts", "\tif err != nil {\n\t\treturn nil, nil\n\t}\n\tvar used Accounts"}, pkg, "TestResolverThatFailsClosesTheDoor"},
		{"a resolver that panics is no error", accounts, []string{`err = errors.New("the resolver panicked")`, `_ = p`}, pkg, "TestResolverThatFailsClosesTheDoor"},
		{"two places with different accounts are taken", accounts, []string{`(value != "" && m.value != value)`, `len(m.value) > 1<<20`}, pkg, "TestRequireAccount"},
		{"customer and account need not belong together", accounts, []string{`case !own.Allows(customer, account):`, `case !own.HasCustomer(customer) || !own.HasAccount(account):`}, pkg, "TestRequireAccount"},
		{"an account in an undeclared place is not seen", accounts, []string{`return nil, forbidden("account.undeclared")`, `continue`}, pkg, "TestRequireAccount"},
		{"an account need not be named", accounts, []string{`if !p.Optional {`, `if false {`}, pkg, "TestRequireAccount"},
		{"somebody else's order is shown", "middleware/objects.go", []string{`return notFound("object.foreign")`, `return nil`}, pkg, "TestRequireObject"},
		{"scoping widens a scope", "tangoclient/scope.go", []string{`return half || c.scope != nil && !c.scope.Allows(a.Customer, a.Account)`, `return half`}, "./tangoclient", "TestScopingNarrows"},
		{"an order that is read is not looked at", "tangoclient/orders.go", []string{`if err := c.allow(opGetOrder, o.CustomerIdentifier, o.AccountIdentifier); err != nil {`, `if err := c.allow(opGetOrder, "", ""); err != nil && c.scope == nil {`}, "./tangoclient", "TestScopedClientsKeepApart|TestEveryMethod"},
		{"a list is not looked at again", "tangoclient/scope.go", []string{`o != s.Customer || a != s.Account {`, `o == "" && a == "" && s.Account == "" {`}, "./tangoclient", "TestScopedListsLookAgain"},
		{"tenants share references", "tangoclient/refs.go", []string{`if c.tenant == nil || given == "" {`, `if c.tenant == nil || given != "" {`}, "./tangoclient", "TestRefs|TestNamespacedRefsComeBackAsGiven"},
	}
}

func ofOutbox() []breakage {
	const outbox, work, pkg = "tangoclient/outbox/outbox.go", "tangoclient/outbox/work.go", "./tangoclient/outbox"
	return []breakage{
		{"the outbox sends before it stores", work, []string{"\tif e, err = o.save(e); err != nil {\n\t\treturn o.unsaved(e, err)\n\t}\n\torder, err := c.CreateOrder(o.run, e.Request)\n", "\torder, sent := c.CreateOrder(o.run, e.Request)\n\tif e, err = o.save(e); err != nil {\n\t\treturn o.unsaved(e, err)\n\t}\n\terr = sent\n"}, pkg, "TestAStoreThatBreaks"},
		{"what was on its way is sent again after a restart", outbox, []string{`e.State, e.LastAttempt, e.Changed = Unknown, now, now`, `e.State, e.LastAttempt, e.Changed = Queued, now, now`}, pkg, "TestARestart|TestAfterAKill"},
		{"an unknown outcome is a refusal", work, []string{"\te.State = Unknown\n\td := o.pause", "\tif err != nil {\n\t\treturn o.refuse(e, &Reason{Code: codeGaveUp})\n\t}\n\te.State = Unknown\n\td := o.pause"}, pkg, "TestOutcomesAreSettled"},
		{"an order is sent again after Tango has forgotten its ref", work, []string{`time.Since(e.FirstAttempt) > refLife:`, `time.Since(e.FirstAttempt) > 99*refLife:`}, pkg, "TestTooOldToSend"},
		{"rights are not asked for when it is sent", work, []string{`o.cfg.Client.Scoped(scope).WithRefNamespace(tenant), scope}`, `o.cfg.Client.WithRefNamespace(tenant), scope}`}, pkg, "TestRightsAreCheckedWhenItIsSent"},
		{"two tenants' equal refs are one order", work, []string{`o.cfg.Client.Scoped(scope).WithRefNamespace(tenant), scope}`, `o.cfg.Client.Scoped(scope), scope}`}, pkg, "TestTenantsDoNotMeet"},
		{"the store is keyed by ref alone", "tangoclient/outbox/bolt.go", []string{"return append(append(k, tenant...), ref...)", "return append(append(k[:0], 0, 0, 0, 0), ref...)"}, pkg, "TestBolt|TestTenantsDoNotMeet"},
		{"another order under a ref is taken for the first", outbox, []string{`if !e.is(r) {`, `if !e.is(r) && e.Tenant == "" {`}, pkg, "TestAnOrderIsKeptAndPlaced|TestRefusals|TestTenantsDoNotMeet"},
		{"the queue is unbounded", outbox, []string{`case o.open >= o.cfg.MaxOpen:`, `case o.open < 0:`}, pkg, "TestTheQueueIsBounded"},
		{"an order in work can be deleted", outbox, []string{"if o.running[i] {\n\t\treturn false", "if o.running[i] {\n\t\treturn true"}, pkg, "TestAnOrderInWorkCannotBeDeleted"},
		{"personal data stays", "tangoclient/outbox/work.go", []string{"\t\te.erase()\n", ""}, pkg, "TestPersonalDataGoes"},
		{"an order is never given up", work, []string{`> o.cfg.GiveUpAfter && o.run.Err() == nil {`, `> 99*o.cfg.GiveUpAfter && o.run.Err() == nil {`}, pkg, "TestItGivesUp"},
	}
}

func ofSandbox() []breakage {
	const pkg = "./tangoclient/tangotest"
	return []breakage{
		{"the sandbox replays across accounts", "tangoclient/tangotest/ordercreate.go", []string{"\t\tk := refKey{a.platform, a.id(), q.ref}\n\t\ts.noteBody", "\t\tk := refKey{a.platform, \"\", q.ref}\n\t\ts.noteBody"}, pkg, "TestOrderIsPlacedOnceAndReplayed|TestConcurrentRepeats"},
		{"the sandbox takes browsers", "tangoclient/tangotest/auth.go", []string{`if !s.cfg.Browser(q.method, q.header) {`, `if q.header != nil || !s.cfg.Browser(q.method, q.header) {`}, pkg, "TestRefusedOrders"},
		{"the sandbox's tokens live for ever", "tangoclient/tangotest/auth.go", []string{`known && s.now().Before(t.expires)`, `known`}, pkg, "TestTokens"},
		{"the command prints a malformed line", "cmd/tangoguard/lines.go", []string{"\t\t\tcode = exitUsage\n\t\t\tcontinue\n", "\t\t\tcode = exitUsage\n"}, "./cmd/tangoguard", "TestMalformedLines"},
		{"the command takes a line of any length", "cmd/tangoguard/lines.go", []string{`> most {`, `> 99*most {`}, "./cmd/tangoguard", "TestLongestLine"},
		{"the example asks for every order as one tenant", "examples/backend/app/orders.go", []string{`a.box.Get(c.Request().Context(), tenant.Name, c.Param("ref"))`, `a.box.Get(c.Request().Context(), a.tenants.all[0*len(tenant.Name)].Name, c.Param("ref"))`}, "./examples/backend/app", "TestTenantsDoNotMeet"},
	}
}
