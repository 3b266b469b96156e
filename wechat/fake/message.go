package fake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// mostSent bounds what a long-running demo remembers.
const mostSent = 1000

// Message is a subscribed message that was delivered.
type Message struct {
	OpenID, Template, Page string
	State                  string // formal, trial or developer
	Data                   map[string]string
	At                     time.Time
}

// Accept is openid tapping "允许" once in wx.requestSubscribeMessage: it lets one message of template through.
func (s *Server) Accept(openid, template string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accepts[[2]string{openid, template}]++
	if _, known := s.people[openid]; !known {
		s.people[openid] = 0
	}
}

// Sent gives the messages delivered so far, the last thousand, oldest first.
func (s *Server) Sent() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sent)
}

// fieldForms are the limits by a field's name (订阅消息参数值内容限制说明).
var fieldForms = map[string]*regexp.Regexp{
	"thing":            regexp.MustCompile(`^(?s:.{1,20})$`),
	"number":           regexp.MustCompile(`^-?[0-9]{1,32}(\.[0-9]+)?$`),
	"letter":           regexp.MustCompile(`^[A-Za-z]{1,32}$`),
	"symbol":           regexp.MustCompile(`^[^0-9A-Za-z\p{Han}]{1,5}$`),
	"character_string": regexp.MustCompile(`^[!-~]{1,32}$`),
	"time":             regexp.MustCompile(`^(` + moment + `)(~(` + moment + `))?$`),
	"date":             regexp.MustCompile(`^(` + day + `( ` + clock + `)?)(~` + day + `( ` + clock + `)?)?$`),
	"amount":           regexp.MustCompile(`^[¥￥$€£]?[0-9]{1,10}(\.[0-9]+)?元?$`),
	"phone_number":     regexp.MustCompile(`^[0-9+() -]{1,17}$`),
	"car_number":       regexp.MustCompile(`^\p{Han}?[0-9A-Za-z]{1,7}\p{Han}?$`),
	"name":             regexp.MustCompile(`^([\p{Han}·]{1,10}|[A-Za-z .'-]{1,20})$`),
	"phrase":           regexp.MustCompile(`^\p{Han}{1,5}$`),
}

const (
	clock  = `[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?`
	day    = `([0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日|[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2})`
	moment = `(` + day + ` ?)?` + clock + `|` + day
)

// subscribeSend is subscribeMessage.send.
func (s *Server) subscribeSend(_ *http.Request, body []byte) answer {
	var q struct {
		To       string `json:"touser"`
		Template string `json:"template_id"`
		Page     string `json:"page"`
		State    string `json:"miniprogram_state"`
		Data     map[string]struct {
			Value string `json:"value"`
		} `json:"data"`
	}
	if json.Unmarshal(body, &q) != nil {
		return refusal{47001, "data format error"}
	}
	fields, known := s.opts.Templates[q.Template]
	_, user := s.people[q.To]
	switch {
	case !user && !strings.HasPrefix(q.To, "demo-"):
		return refusal{40003, "invalid openid"}
	case !known:
		return refusal{40037, "invalid template_id"}
	case strings.HasPrefix(q.Page, "/") || len(q.Page) > 1024:
		return refusal{41030, "invalid page"}
	}
	m := Message{OpenID: q.To, Template: q.Template, Page: q.Page, State: q.State, Data: map[string]string{}, At: s.opts.Now()}
	for _, f := range fields {
		v := q.Data[f].Value
		if v == "" {
			return refusal{47003, fmt.Sprintf("argument invalid! data.%s.value is empty", f)}
		}
		if form := fieldForms[strings.TrimRight(f, "0123456789")]; form != nil && !form.MatchString(v) {
			return refusal{47003, fmt.Sprintf("argument invalid! data.%s.value invalid", f)}
		}
		m.Data[f] = v
	}
	accepted := [2]string{q.To, q.Template}
	if s.accepts[accepted] == 0 {
		return refusal{43101, "user refuse to accept the msg"}
	}
	s.accepts[accepted]--
	s.sent = append(s.sent, m)
	s.sent = s.sent[max(0, len(s.sent)-mostSent):]
	s.serial++
	return map[string]any{"errcode": 0, "errmsg": "ok", "msgid": 1900000000000000000 + int64(s.serial)}
}
