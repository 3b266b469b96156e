package fake_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"danyuan/wechat/fake"
)

type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func start(t *testing.T) (*fake.Server, *clock) {
	c := &clock{time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)}
	s, err := fake.Start(fake.Options{Now: c.now, Pages: []string{"pages/unit/index"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, c
}

// ask posts body, or gets if there is none, and reads the answer.
func ask(t *testing.T, s *fake.Server, path, body string) (errcode int, token string) {
	t.Helper()
	var res *http.Response
	var err error
	if body == "" {
		res, err = http.Get(s.URL() + path)
	} else {
		res, err = http.Post(s.URL()+path, "application/json", strings.NewReader(body))
	}
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.Header.Get("Content-Type") == "image/jpeg" {
		return 0, ""
	}
	var a struct {
		Errcode int    `json:"errcode"`
		Token   string `json:"access_token"`
	}
	if err := json.Unmarshal(b, &a); err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	return a.Errcode, a.Token
}

func credentials(s *fake.Server, force string) string {
	return `{"grant_type":"client_credential","appid":"` + s.AppID + `","secret":"` + s.Secret + `","force_refresh":` + force + `}`
}

func good(t *testing.T, s *fake.Server, token string) bool {
	code, _ := ask(t, s, "/wxa/business/getuserphonenumber?access_token="+token, `{"code":"demo-phone:13800000001"}`)
	return code == 0
}

func TestStableToken_staysTheSameUntilItsLastFiveMinutes(t *testing.T) {
	s, c := start(t)
	_, first := ask(t, s, "/cgi-bin/stable_token", credentials(s, "false"))
	c.at = c.at.Add(7200*time.Second - 5*time.Minute - time.Second)
	if _, again := ask(t, s, "/cgi-bin/stable_token", credentials(s, "false")); again != first {
		t.Error("it changed early")
	}
	c.at = c.at.Add(2 * time.Second)
	_, next := ask(t, s, "/cgi-bin/stable_token", credentials(s, "false"))
	if next == first || !good(t, s, first) || !good(t, s, next) {
		t.Error("in the last five minutes there is a new one, and both work")
	}
	c.at = c.at.Add(5 * time.Minute)
	if good(t, s, first) || !good(t, s, next) {
		t.Error("after its end only the new one works")
	}
}

func TestStableToken_forcedEndsTheOldOneButNotTooOften(t *testing.T) {
	s, c := start(t)
	_, first := ask(t, s, "/cgi-bin/stable_token", credentials(s, "false"))
	_, second := ask(t, s, "/cgi-bin/stable_token", credentials(s, "true"))
	if second == first || good(t, s, first) || !good(t, s, second) {
		t.Error("a forced one ends the old one")
	}
	if _, third := ask(t, s, "/cgi-bin/stable_token", credentials(s, "true")); third != second {
		t.Error("within 30 seconds nothing is renewed")
	}
	for range 19 {
		c.at = c.at.Add(30 * time.Second)
		ask(t, s, "/cgi-bin/stable_token", credentials(s, "true"))
	}
	c.at = c.at.Add(30 * time.Second)
	if code, _ := ask(t, s, "/cgi-bin/stable_token", credentials(s, "true")); code != 45009 {
		t.Errorf("the 21st of a day gives %d", code)
	}
}

func TestPlainToken_isApartFromTheStableOne(t *testing.T) {
	s, c := start(t)
	path := "/cgi-bin/token?grant_type=client_credential&appid=" + s.AppID + "&secret=" + s.Secret
	_, stable := ask(t, s, "/cgi-bin/stable_token", credentials(s, "false"))
	_, first := ask(t, s, path, "")
	_, second := ask(t, s, path, "")
	if !good(t, s, stable) || !good(t, s, first) || !good(t, s, second) {
		t.Error("all three work at first")
	}
	c.at = c.at.Add(5*time.Minute + time.Second)
	if good(t, s, first) || !good(t, s, second) || !good(t, s, stable) {
		t.Error("the old plain one ends after five minutes, the others don't")
	}
}

func TestServer_checksWhatWeChatChecks(t *testing.T) {
	s, _ := start(t)
	_, token := ask(t, s, "/cgi-bin/stable_token", credentials(s, "false"))
	code := "/wxa/getwxacodeunlimit?access_token=" + token
	for name, c := range map[string]struct {
		path, body string
		want       int
	}{
		"no token":         {"/wxa/getwxacodeunlimit", `{}`, 41001},
		"wrong token":      {"/wxa/getwxacodeunlimit?access_token=x", `{}`, 40001},
		"wrong grant":      {"/cgi-bin/stable_token", `{}`, 40002},
		"wrong appid":      {"/cgi-bin/token?grant_type=client_credential&appid=x", "", 40013},
		"wrong secret":     {"/cgi-bin/token?grant_type=client_credential&secret=x&appid=" + s.AppID, "", 40125},
		"no scene":         {code, `{"page":"pages/unit/index"}`, 40169},
		"long scene":       {code, `{"scene":"012345678901234567890123456789012"}`, 40169},
		"percent in scene": {code, `{"scene":"%41"}`, 40129},
		"slash":            {code, `{"scene":"A","page":"/pages/unit/index"}`, 41030},
		"query":            {code, `{"scene":"A","page":"pages/unit/index?a=1","check_path":false}`, 41030},
		"unpublished":      {code, `{"scene":"A","page":"pages/none"}`, 41030},
		"published":        {code, `{"scene":"A","page":"pages/unit/index"}`, 0},
		"unchecked":        {code, `{"scene":"A","page":"pages/none","check_path":false}`, 0},
		"unknown template": {"/cgi-bin/message/subscribe/send?access_token=" + token, `{"touser":"demo-a","template_id":"T"}`, 40037},
	} {
		if got, _ := ask(t, s, c.path, c.body); got != c.want {
			t.Errorf("%s: got %d, want %d", name, got, c.want)
		}
	}
}
