// Package fake is a WeChat server for the demo and for tests: it listens on the loopback and answers
// the mini-program interfaces with WeChat's documented answers, checks and error codes.
// It knows nothing of danyuan and shares no code with package wechat, so that the two check each other.
package fake

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// What the fake mini-program is called unless Options say otherwise. They open nothing but this fake.
const (
	AppID  = "wxfa4efa4efa4efa4e"
	Secret = "fake-secret-of-the-demo-mini-app"
	Token  = "fakeCallbackToken"
	AESKey = "fakeAESKeyForTheDemoAndForTests0123456789AB"
)

// Options say how the fake behaves.
type Options struct {
	Now       func() time.Time    // required: its clock
	AppID     string              // "" is the constant of that name, so are the next three
	Secret    string              //
	Token     string              // signs callbacks
	AESKey    string              // encrypts callbacks, 43 characters
	Templates map[string][]string // subscription templates and their fields, such as "thing1"; none is known otherwise
	Pages     []string            // published pages, for codes that ask to check
	TokenLess bool                // as in WeChat CloudRun: calls come without an access token
}

// Server is a running fake. It is safe for concurrent use.
type Server struct {
	AppID, Secret, Token, AESKey string

	opts Options
	key  []byte // of AESKey
	http *http.Server
	url  string
	done chan struct{} // closed by Close: lets go of requests that hang

	closed  sync.Once
	looking sync.WaitGroup // at pictures

	mu      sync.Mutex
	plans   map[string][]Failure
	calls   map[string]int
	tokens  tokens
	codes   map[string]*code     // js_code and phone codes
	people  map[string]int       // openid → how often it signed in
	seen    map[string]time.Time // openid → when it was last in the mini-program
	pushTo  string               // where events are pushed
	accepts map[[2]string]int
	sent    []Message
	serial  int
}

// Start runs a fake on a free loopback port until Close.
func Start(opts Options) (*Server, error) {
	if opts.Now == nil {
		return nil, errors.New("fake: Options.Now is required")
	}
	s := &Server{
		AppID: or(opts.AppID, AppID), Secret: or(opts.Secret, Secret),
		Token: or(opts.Token, Token), AESKey: or(opts.AESKey, AESKey),
		opts: opts, done: make(chan struct{}),
		plans: map[string][]Failure{}, calls: map[string]int{}, codes: map[string]*code{},
		people: map[string]int{}, seen: map[string]time.Time{}, accepts: map[[2]string]int{},
	}
	var err error
	if s.key, err = base64.StdEncoding.DecodeString(s.AESKey + "="); err != nil || len(s.key) != 32 {
		return nil, errors.New("fake: AESKey must have 43 characters of base64")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.url = "http://" + l.Addr().String()
	s.http = &http.Server{Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.http.Serve(l) }() // ends with Close
	return s, nil
}

// URL is where it listens, for wechat.Config.BaseURL.
func (s *Server) URL() string { return s.url }

// Close stops it and ends what is under way.
func (s *Server) Close() error {
	s.closed.Do(func() { close(s.done) })
	err := s.http.Close()
	s.looking.Wait()
	return err
}

// Calls counts the requests to a path, failed ones included.
func (s *Server) Calls(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[path]
}

// refusal is an errcode with its errmsg.
type refusal struct {
	Errcode int    `json:"errcode"`
	Errmsg  string `json:"errmsg"`
}

// answer is what an interface says: a value for JSON, a refusal, or a picture.
type answer any

type picture []byte

func (s *Server) routes() http.Handler {
	m := http.NewServeMux()
	for path, do := range map[string]func(*http.Request, []byte) answer{
		"GET /sns/jscode2session":               s.jscode2session,
		"POST /cgi-bin/stable_token":            s.stableToken,
		"GET /cgi-bin/token":                    s.plainToken,
		"POST /wxa/business/getuserphonenumber": s.granted(s.phoneNumber),
		"POST /wxa/getwxacodeunlimit":           s.granted(s.wxacode),
		"POST /cgi-bin/message/subscribe/send":  s.granted(s.subscribeSend),
		"POST /wxa/media_check_async":           s.granted(s.mediaCheckAsync),
		"POST /wxa/msg_sec_check":               s.granted(s.msgSecCheck),
	} {
		m.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, do) })
	}
	s.phone(m)
	return m
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, do func(*http.Request, []byte) answer) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		return
	}
	s.mu.Lock()
	s.calls[r.URL.Path]++
	plan := s.next(r.URL.Path)
	var a answer
	switch {
	case plan.code != 0:
		a = refusal{plan.code, "planned failure"}
	case plan.kind != hang && plan.kind != badGateway:
		a = do(r, body)
	}
	s.mu.Unlock()

	switch plan.kind {
	case hang:
		select {
		case <-r.Context().Done():
		case <-s.done:
		}
	case badGateway:
		http.Error(w, "<html><h1>502 Bad Gateway</h1></html>", http.StatusBadGateway)
	default:
		write(w, r.URL.Path, a, plan.kind == cut)
	}
}

func write(w http.ResponseWriter, path string, a answer, half bool) {
	if p, ok := a.(picture); ok {
		w.Header().Set("Content-Type", "image/jpeg")
		_, _ = w.Write(shorten(p, half))
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	if strings.HasPrefix(path, "/sns/") {
		w.Header().Set("Content-Type", "text/plain") // so says WeChat here
	}
	b, err := json.Marshal(a)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(shorten(b, half))
}

func shorten(b []byte, half bool) []byte {
	if half {
		return b[:len(b)/2]
	}
	return b
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
