package api_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// browser is one at a desk: it keeps cookies, and says where its requests come from, as browsers do.
type browser struct {
	*edge.Kit
	cookies map[string]string
	csrf    string
	from    []string // further headers of each request
}

func newBrowser(k *edge.Kit) *browser {
	return &browser{Kit: k, cookies: map[string]string{}, from: []string{"Sec-Fetch-Site", "same-origin"}}
}

// ask calls as the page does, and takes the cookies of the answer.
func (b *browser) ask(method, path string, headers ...string) edge.Answer {
	b.Helper()
	all := append([]string{}, b.from...)
	var pairs []string
	for name, value := range b.cookies {
		pairs = append(pairs, name+"="+value)
	}
	if len(pairs) > 0 {
		all = append(all, "Cookie", strings.Join(pairs, "; "))
	}
	if b.csrf != "" {
		all = append(all, "X-CSRF-Token", b.csrf)
	}
	a := b.Do(b.API, "", method, path, nil, append(all, headers...)...)
	for _, c := range (&http.Response{Header: a.Header}).Cookies() {
		if c.Path != "/" || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Domain != "" {
			b.Errorf("a cookie that scripts or other pages may use: %s", c.Raw)
		}
		if b.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return a
}

// open shows a QR code, and gives its scene.
func (b *browser) open() (scene, match string) {
	b.Helper()
	var v struct{ Scene, Match, Link string }
	b.ask(http.MethodPost, "/v1/console-logins").Expect(200).Into(&v)
	if len(v.Match) != 2 || !strings.HasSuffix(v.Link, "/#/pages/console-login/index?scene="+v.Scene) {
		b.Fatalf("opened %+v", v)
	}
	return v.Scene, v.Match
}

// enter takes the session of a log-in that was approved.
func (b *browser) enter() edge.Answer {
	b.Helper()
	a := b.ask(http.MethodPost, "/v1/console-logins/mine/session")
	if a.Status == http.StatusOK {
		var v struct {
			CSRF string `json:"csrf_token"`
		}
		a.Into(&v)
		b.csrf = v.CSRF
	}
	return a
}

// atConsole is a browser in which the holder of a telephone's token works.
func atConsole(k *edge.Kit, phone string) *browser {
	k.Helper()
	b := newBrowser(k)
	scene, _ := b.open()
	k.Post(phone, "/v1/console-logins/"+scene+"/approve", nil).Expect(200)
	b.enter().Expect(200)
	return b
}

func TestConsole_whoScansComparesAndApprovesIsInByACookieThatNoScriptReads(t *testing.T) {
	k := edge.New(t)
	_, phone := k.Officer(model.CommunityStaff, k.Org().Community, "吴敏")
	b := newBrowser(k)
	scene, match := b.open()
	waiting := b.cookies["danyuan-console-login"]
	b.ask(http.MethodGet, "/v1/console-logins/mine").Expect(200).Has(`"waits"`)
	b.enter().Refused(409, "console.login_waits")
	k.Get(phone, "/v1/console-logins/"+scene).Expect(200).Has(`"match":"` + match + `"`)
	k.Post(phone, "/v1/console-logins/"+scene+"/approve", nil).Expect(200)
	b.ask(http.MethodGet, "/v1/console-logins/mine").Expect(200).Has(`"approved"`)
	b.ask(http.MethodGet, "/v1/me").Refused(401, "session.required")

	entered := b.enter().Expect(200)
	token := b.cookies["danyuan-console"]
	entered.HasNot(token)
	if token == "" || strings.Contains(token, waiting) || b.cookies["danyuan-console-login"] != "" {
		t.Errorf("the cookies afterwards: %v, before: %s", b.cookies, waiting)
	}
	b.ask(http.MethodGet, "/v1/me").Expect(200).Has("吴敏")
	b.ask(http.MethodGet, "/v1/console-session").Expect(200).Has(b.csrf).HasNot(token)
	b.ask(http.MethodGet, "/v1/me/sessions").Expect(200).Has(`"here":true,"computer":true`, `"here":false,"computer":false`)
	k.Get(token, "/v1/me").Refused(401, "session.required") // it is good in the cookie only
	k.Get(phone, "/v1/console-session").Expect(200).HasNot("session")
	newBrowser(k).ask(http.MethodGet, "/v1/console-session").Expect(200).HasNot("session")
	b.ask(http.MethodPost, "/v1/session/renew").Refused(403, "console.no_renewal")

	k.Move(model.ConsoleSessionLength)
	b.ask(http.MethodGet, "/v1/me").Refused(401, "session.required")
}

// TestConsole_whoLogsOutEverywhereLetsNobodyInAfterwards: an approval that was not used yet is one of those, and one
// by a session that is ended while it approves.
func TestConsole_whoLogsOutEverywhereLetsNobodyInAfterwards(t *testing.T) {
	k := edge.New(t)
	_, phone := k.Officer(model.CommunityStaff, k.Org().Community, "吴敏")
	b := newBrowser(k)
	scene, _ := b.open()
	k.Post(phone, "/v1/console-logins/"+scene+"/approve", nil).Expect(200)
	by, err := k.S.ActorOf(t.Context(), phone) // as the edge does it, before the transaction
	if err != nil {
		t.Fatal(err)
	}
	k.Post(phone, "/v1/logout-everywhere", nil).Expect(200)
	b.enter().Refused(410, "console.login_expired")
	scene, _ = b.open()
	if _, err := k.S.DecideConsoleLogin(t.Context(), service.Command{By: by}, scene, true); !errors.Is(err, model.ErrSignIn) {
		t.Errorf("approved: %v", err)
	}
	b.enter().Refused(409, "console.login_waits")
}

func TestConsole_aLogInIsGoodOnceAndForMinutesAndForOneBrowser(t *testing.T) {
	k := edge.New(t)
	_, phone := k.Officer(model.CommunityStaff, k.Org().Community, "吴敏")
	path := func(scene, what string) string { return "/v1/console-logins/" + scene + what }

	used := newBrowser(k)
	scene, _ := used.open()
	before := used.cookies["danyuan-console-login"]
	k.Post(phone, path(scene, "/approve"), nil).Expect(200)
	k.Post(phone, path(scene, "/approve"), nil).Refused(409, "console.login_decided")
	used.enter().Expect(200)
	used.cookies = map[string]string{"danyuan-console-login": before}
	used.enter().Refused(410, "console.login_expired")
	k.Get(phone, path(scene, "")).Refused(410, "console.login_expired")

	late := newBrowser(k)
	scene, _ = late.open()
	k.Post(phone, path(scene, "/approve"), nil).Expect(200)
	k.Move(model.ConsoleLoginLength)
	late.enter().Refused(410, "console.login_expired")
	late.ask(http.MethodGet, "/v1/console-logins/mine").Refused(410, "console.login_expired")

	unwanted := newBrowser(k)
	scene, _ = unwanted.open()
	k.Post(phone, path(scene, "/refuse"), nil).Expect(200)
	k.Post(phone, path(scene, "/approve"), nil).Refused(409, "console.login_decided")
	unwanted.ask(http.MethodGet, "/v1/console-logins/mine").Expect(200).Has(`"refused"`)
	unwanted.enter().Refused(409, "console.login_refused")

	another := newBrowser(k)
	scene, _ = newBrowser(k).open()
	k.Post(phone, path(scene, "/approve"), nil).Expect(200)
	another.enter().Refused(410, "console.login_expired")
	another.open()
	another.enter().Refused(409, "console.login_waits")
}

func TestConsole_whatABrowserHadBeforeNeverBecomesTheSession(t *testing.T) {
	k := edge.New(t)
	_, phone := k.Officer(model.CommunityStaff, k.Org().Community, "吴敏")
	planted := "console.planted-by-somebody-who-waits-for-it-to-become-good"
	b := newBrowser(k)
	b.cookies["danyuan-console"] = planted
	scene, _ := b.open()
	opened := b.cookies["danyuan-console-login"]
	k.Post(phone, "/v1/console-logins/"+scene+"/approve", nil).Expect(200)
	b.enter().Expect(200)
	if b.cookies["danyuan-console"] == planted {
		t.Fatal("the planted cookie stayed")
	}
	for _, value := range []string{planted, opened, "console." + opened, scene, "console." + scene, phone, "console." + phone, "", strings.Repeat("x", 500)} {
		thief := newBrowser(k)
		thief.cookies["danyuan-console"] = value
		thief.ask(http.MethodGet, "/v1/me").Refused(401, "session.required")
	}
	// One that comes twice is nobody's: another host may have set one of them.
	both := newBrowser(k)
	both.ask(http.MethodGet, "/v1/me", "Cookie", "danyuan-console="+b.cookies["danyuan-console"]+"; danyuan-console=other").Refused(401, "session.required")
}

func TestConsole_aWriteComesFromItsOwnPageAndSaysWhatOnlyThatKnows(t *testing.T) {
	k := edge.New(t)
	_, phone := k.Officer(model.CommunityStaff, k.Org().Community, "吴敏")
	_, other := k.Officer(model.CommunityStaff, k.Org().Community, "钱进")
	b := atConsole(k, phone)
	write := func(headers ...string) edge.Answer {
		return b.ask(http.MethodPost, "/v1/notices/read-all", headers...)
	}
	write().Expect(200)
	write("X-CSRF-Token", "").Refused(403, "csrf.token")
	write("X-CSRF-Token", atConsole(k, other).csrf).Refused(403, "csrf.token")
	write("Sec-Fetch-Site", "cross-site").Refused(403, "csrf.other_page")
	write("Sec-Fetch-Site", "same-site").Refused(403, "csrf.other_page")

	b.from = nil // an older browser names only the origin
	write("Origin", "https://elsewhere.example").Refused(403, "csrf.other_page")
	write("Origin", "null").Refused(403, "csrf.other_page")
	write("Origin", "http://127.0.0.1:8080").Expect(200)
	b.ask(http.MethodGet, "/v1/me", "Origin", "https://elsewhere.example").Expect(200) // reads change nothing, and are not shown to it

	// Entering is a write, too: nobody is made to work as somebody else.
	victim := newBrowser(k)
	scene, _ := victim.open()
	k.Post(other, "/v1/console-logins/"+scene+"/approve", nil).Expect(200)
	victim.from = []string{"Sec-Fetch-Site", "cross-site"}
	victim.enter().Refused(403, "csrf.other_page")
}

func TestConsole_aHeaderIsJudgedByItselfWhateverCookieComesWithIt(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	_, phone := k.Officer(model.CommunityStaff, o.Community, "吴敏")
	resident := k.SignIn(k.Person(o.Unit, "李小梅"))
	b := atConsole(k, phone)
	b.ask(http.MethodGet, "/v1/me", "Authorization", "Bearer "+resident).Expect(200).Has("李小梅").HasNot("吴敏")
	b.ask(http.MethodGet, "/v1/me", "Authorization", "Bearer no-token").Refused(401, "session.required")
	b.ask(http.MethodGet, "/v1/me", "Authorization", "Bearer "+b.cookies["danyuan-console"]).Refused(401, "session.required")
	b.csrf = ""
	b.ask(http.MethodPost, "/v1/notices/read-all", "Authorization", "Bearer "+resident).Expect(200)
}

func TestConsole_isForWhoHasWorkThereAndOnlyAsLong(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	resident := k.SignIn(k.Person(o.Unit, "李小梅"))
	officer, phone := k.Officer(model.CommunityStaff, o.Community, "吴敏")
	scene, _ := newBrowser(k).open()
	for _, what := range []string{"/approve", "/refuse"} {
		k.Post(resident, "/v1/console-logins/"+scene+what, nil).Refused(403, "console.no_work")
	}
	k.Get(resident, "/v1/console-logins/"+scene).Refused(403, "console.no_work")
	k.Get(k.Stranger("openid-new"), "/v1/console-logins/"+scene).Refused(403, "binding.required")

	late := newBrowser(k)
	scene, _ = late.open()
	k.Post(phone, "/v1/console-logins/"+scene+"/approve", nil).Expect(200)
	b := atConsole(k, phone)
	b.ask(http.MethodGet, "/v1/me").Expect(200)

	var roles struct{ Items []struct{ ID string } }
	k.Get(phone, "/v1/me/roles").Expect(200).Into(&roles)
	k.Post(phone, "/v1/roles/"+roles.Items[0].ID+"/end", map[string]any{"reason": "调离"}).Expect(200)
	k.Get(phone, "/v1/me").Expect(200).Has(officer.Name, `"roles":[]`)
	b.ask(http.MethodGet, "/v1/me").Refused(401, "session.required")
	late.enter().Refused(403, "console.no_work")
}

func TestConsole_loggingOutEndsItHereAndFromTheTelephone(t *testing.T) {
	k := edge.New(t)
	_, phone := k.Officer(model.CommunityStaff, k.Org().Community, "吴敏")
	b := atConsole(k, phone)
	token := b.cookies["danyuan-console"]
	b.ask(http.MethodPost, "/v1/logout").Expect(200)
	if len(b.cookies) > 0 {
		t.Errorf("cookies stay: %v", b.cookies)
	}
	b.cookies["danyuan-console"] = token
	b.ask(http.MethodGet, "/v1/me").Refused(401, "session.required")
	k.Get(phone, "/v1/me").Expect(200)

	b = atConsole(k, phone)
	k.Post(phone, "/v1/logout-everywhere", nil).Expect(200)
	b.ask(http.MethodGet, "/v1/me").Refused(401, "session.required")
}

func TestConsole_logInsThatNobodyTookAreForgotten(t *testing.T) {
	k := edge.New(t)
	newBrowser(k).open()
	k.Move(model.ConsoleLoginLength + time.Second)
	if err := k.S.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	var n int64
	if err := k.DB.Read(t.Context()).Model(&model.ConsoleLogin{}).Count(&n).Error; err != nil || n > 0 {
		t.Errorf("%d stay, %v", n, err)
	}
}

func TestConsole_inServiceItsCookiesAreOfThisHostAndOverTLSOnly(t *testing.T) {
	k, a := withPages(t, builtPages)
	opened := k.Do(a, "", http.MethodPost, "/v1/console-logins", nil, "Host", "danyuan.example").Expect(200).
		Has(`"link":"https://danyuan.example/#/pages/console-login/`)
	cookie := opened.Header.Get("Set-Cookie")
	if !strings.HasPrefix(cookie, "__Host-danyuan-console-login=") || !strings.Contains(cookie, "; Secure") {
		t.Error(cookie)
	}
	// Without the prefix a neighbouring host may have set it.
	plain := strings.TrimPrefix(cookie[:strings.Index(cookie, ";")], "__Host-")
	k.Do(a, "", http.MethodGet, "/v1/console-logins/mine", nil, "Cookie", plain).Refused(410, "console.login_expired")
	k.Do(a, "", http.MethodGet, "/v1/console-logins/mine", nil, "Cookie", "__Host-"+plain).Expect(200)
}

// consoleLogin gives the scene of a log-in that waits.
func (w *world) consoleLogin() string {
	w.Helper()
	w.add(&model.ConsoleLogin{
		SceneHash: model.HashToken("CONSOLESCENE"), BrowserHash: model.HashToken("browser"), MatchCode: "42", State: model.ConsoleLoginWaits,
		OpenedAt: testkit.Start, ExpiresAt: testkit.Start.Add(model.ConsoleLoginLength),
	})
	return "CONSOLESCENE"
}

// TestConsoleRace_withLoggingOutEverywhereNobodyStaysIn: whoever was let in before is out, and nobody comes in after.
func TestConsoleRace_withLoggingOutEverywhereNobodyStaysIn(t *testing.T) {
	k := edge.New(t)
	staff, phone := k.Officer(model.CommunityStaff, k.Org().Community, "吴敏")
	for round := range 20 {
		b := newBrowser(k)
		scene, _ := b.open()
		k.Post(phone, "/v1/console-logins/"+scene+"/approve", nil).Expect(200)
		k.Race(2, func(i int) {
			if i == 0 {
				b.enter()
			} else {
				k.Post(phone, "/v1/logout-everywhere", nil).Expect(200)
			}
		})
		if a := b.ask(http.MethodGet, "/v1/me"); a.Status != http.StatusUnauthorized {
			t.Fatalf("round %d: at the console after logging out everywhere: %d", round, a.Status)
		}
		phone = k.SignIn(staff)
	}
}
