package wechat

import (
	"crypto/subtle"
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

const (
	fresh     = 10 * time.Minute // how far a callback's timestamp may be from our clock, either way
	mostEvent = 64 << 10         // bytes of a pushed body
)

var echoForm = regexp.MustCompile(`^[0-9A-Za-z+/=_-]{1,256}$`)

// Echo answers WeChat's check of the callback address, a GET, with what it wants to read back as plain
// text (消息推送, 发起验证). It refuses with ErrSignature a wrong or old signature, and an echostr that
// is not the plain word WeChat sends, so that nobody can use us to show a page.
func (c *Client) Echo(query url.Values) (string, error) {
	if _, err := c.signed(query); err != nil {
		return "", err
	}
	echo := query.Get("echostr")
	if !echoForm.MatchString(echo) {
		return "", ErrSignature.Because(errors.New("echostr is not a plain word"))
	}
	return echo, nil
}

// Event reads what WeChat pushed in a POST (消息推送, 消息加解密): plain or AES, JSON or XML.
// It refuses with ErrSignature what WeChat did not send to this mini-program within the last ten
// minutes: a wrong signature or, in AES mode, msg_signature, an old timestamp, another appid in the
// envelope or the event. Since a plain push's signature does not cover its body, no plain push is
// accepted once there is an AESKey; with none, the way to the callback must be safe by itself.
// What is well signed but can't be understood is ErrEvent.
// WeChat pushes an event up to three times: the caller must drop an Event.ID that it has seen.
func (c *Client) Event(query url.Values, body []byte) (Event, error) {
	at, err := c.signed(query)
	if err != nil {
		return Event{}, err
	}
	if len(body) > mostEvent {
		return Event{}, ErrEvent.Because(errors.New("the body is too large"))
	}
	if aes := query.Get("encrypt_type") == "aes"; aes || c.aesKey != "" {
		if body, err = c.opened(query, body, aes); err != nil {
			return Event{}, err
		}
	}
	return c.parse(body, at)
}

// signed checks signature and timestamp, the parts that every callback has.
func (c *Client) signed(query url.Values) (time.Time, error) {
	stamp := query.Get("timestamp")
	if c.pushToken == "" {
		return time.Time{}, ErrSignature.Because(errors.New("no callback token is configured"))
	}
	if !same(query.Get("signature"), util.Signature(c.pushToken, stamp, query.Get("nonce"))) {
		return time.Time{}, ErrSignature.Because(errors.New("wrong signature"))
	}
	sec, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return time.Time{}, ErrSignature.Because(errors.New("timestamp is no number"))
	}
	at := time.Unix(sec, 0).UTC()
	if now := c.now(); at.Before(now.Add(-fresh)) || at.After(now.Add(fresh)) {
		return time.Time{}, ErrSignature.Because(errors.New("timestamp is not of now"))
	}
	return at, nil
}

// opened takes an AES envelope apart. The library does it without looking at msg_signature.
func (c *Client) opened(query url.Values, body []byte, aes bool) ([]byte, error) {
	if !aes || c.aesKey == "" {
		return nil, ErrSignature.Because(errors.New("plain and AES mode don't fit the configuration"))
	}
	var envelope struct {
		Encrypt string `json:"Encrypt" xml:"Encrypt"`
	}
	if err := decode(body, &envelope); err != nil || envelope.Encrypt == "" {
		return nil, ErrEvent.Because(errors.New("no envelope"))
	}
	want := util.Signature(c.pushToken, query.Get("timestamp"), query.Get("nonce"), envelope.Encrypt)
	if !same(query.Get("msg_signature"), want) {
		return nil, ErrSignature.Because(errors.New("wrong msg_signature"))
	}
	_, plain, err := util.DecryptMsg(c.appID, envelope.Encrypt, c.aesKey)
	if err != nil {
		return nil, ErrSignature.Because(errors.New("the envelope is not for this appid and key"))
	}
	return plain, nil
}

// decode reads JSON or XML, whichever it looks like: the console lets an operator choose.
func decode(body []byte, into any) error {
	if strings.HasPrefix(strings.TrimSpace(string(body)), "<") {
		return xml.Unmarshal(body, into)
	}
	return json.Unmarshal(body, into)
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
