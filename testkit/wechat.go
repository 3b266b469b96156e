package testkit

import (
	"context"
	"maps"
	"strconv"
	"strings"
	"sync"

	"danyuan/fault"
)

// Templates are the subscribe templates that tests know, by notice kind.
var Templates = map[string]string{
	"binding": "tpl-binding", "plaque": "tpl-plaque", "check_in": "tpl-check-in", "hours": "tpl-hours", "activity": "tpl-activity", "matter": "tpl-matter",
}

// Sent is a subscribe message that went out.
type Sent struct {
	OpenID, Template, Page string
	Data                   map[string]string
}

// WeChat stands in for WeChat where a test is about something else; the adapter and its fake server
// have their own tests. A login code is the openid itself, a phone code the number, group data the id.
type WeChat struct {
	mu      sync.Mutex
	sent    []Sent
	checked []Checked
	texts   []CheckedText
	found   map[string]found
	fail    error
	made    int
}

// Checked is a photo that WeChat was asked to look at.
type Checked struct{ OpenID, Link, Trace string }

// CheckedText is a text that WeChat was asked about.
type CheckedText struct{ OpenID, Text string }

// found is what WeChat sees in a text.
type found struct {
	suggest string
	label   int
}

// PublicURL is where WeChat reaches the house.
const PublicURL = "https://danyuan.test"

func newWeChat() *WeChat { return &WeChat{found: map[string]found{}} }

// Fail makes every call fail with err until it is called with nil.
func (w *WeChat) Fail(err error) { w.mu.Lock(); w.fail = err; w.mu.Unlock() }

// Sent gives what went out so far.
func (w *WeChat) Sent() []Sent {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Sent(nil), w.sent...)
}

// Pictures is how many pictures of codes were asked for.
func (w *WeChat) Pictures() int { w.mu.Lock(); defer w.mu.Unlock(); return w.made }

func (w *WeChat) failing() error { w.mu.Lock(); defer w.mu.Unlock(); return w.fail }

// Session signs in as the openid that the code is.
func (w *WeChat) Session(_ context.Context, code string) (openID, unionID, sessionKey string, err error) {
	return code, "", "session-key-of-" + code, w.failing()
}

// Phone gives the number that the code is.
func (w *WeChat) Phone(_ context.Context, code string) (string, error) { return code, w.failing() }

// GroupID gives the encrypted text as the group's id, if the session key is the expected one.
func (w *WeChat) GroupID(sessionKey, encrypted, iv string) (string, error) {
	if sessionKey == "" || iv == "" || encrypted == "" {
		return "", fault.New(fault.Invalid, "wechat.group_data_invalid", "群信息无法识别，请从微信群里重新打开小程序。")
	}
	return encrypted, w.failing()
}

// CodeImage gives a picture that is none, naming its scene.
func (w *WeChat) CodeImage(_ context.Context, scene, page string) ([]byte, error) {
	w.mu.Lock()
	w.made++
	w.mu.Unlock()
	return []byte("\xff\xd8\xff" + page + "?scene=" + scene), w.failing()
}

// Send keeps what was sent.
func (w *WeChat) Send(_ context.Context, openID, template, page string, data map[string]string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fail == nil {
		w.sent = append(w.sent, Sent{openID, template, page, maps.Clone(data)})
	}
	return w.fail
}

// CheckPhoto keeps what was asked. The answer comes when a test pushes it.
func (w *WeChat) CheckPhoto(_ context.Context, openID, link string) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fail != nil {
		return "", w.fail
	}
	c := Checked{openID, link, "trace-" + strconv.Itoa(len(w.checked)+1)}
	w.checked = append(w.checked, c)
	return c.Trace, nil
}

// Checked gives the photos that WeChat was asked about so far.
func (w *WeChat) Checked() []Checked {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Checked(nil), w.checked...)
}

// Find makes WeChat answer so about every text that has this word; all others pass.
func (w *WeChat) Find(word, suggest string, label int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.found[word] = found{suggest, label}
}

// CheckText keeps what was asked, and answers.
func (w *WeChat) CheckText(_ context.Context, openID, text string) (suggest string, label int, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fail != nil {
		return "", 0, w.fail
	}
	w.texts = append(w.texts, CheckedText{openID, text})
	for word, f := range w.found {
		if strings.Contains(text, word) {
			return f.suggest, f.label, nil
		}
	}
	return "pass", 100, nil
}

// CheckedTexts gives the texts that WeChat was asked about so far.
func (w *WeChat) CheckedTexts() []CheckedText {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]CheckedText(nil), w.texts...)
}
