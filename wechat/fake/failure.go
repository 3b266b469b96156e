package fake

// Failure is how a request goes wrong.
type Failure struct {
	kind kind
	code int
}

type kind int

const (
	none kind = iota
	hang
	badGateway
	cut
	wrongToken
)

// The failures that are no errcode.
var (
	Hang       = Failure{kind: hang}       // no answer until the caller gives up
	BadGateway = Failure{kind: badGateway} // HTTP 502 with a page of HTML
	CutJSON    = Failure{kind: cut}        // the first half of the right answer
	WrongToken = Failure{kind: wrongToken} // somebody has forced a new access token just before
)

// Errcode is a failure that WeChat answers with a code.
func Errcode(code int) Failure { return Failure{code: code} }

// Fail makes the next requests to path, so many times, go wrong; plans for a path queue up.
func (s *Server) Fail(path string, how Failure, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range times {
		s.plans[path] = append(s.plans[path], how)
	}
}

// next takes the first plan for path; none if there is none.
func (s *Server) next(path string) Failure {
	p := s.plans[path]
	if len(p) == 0 {
		return Failure{}
	}
	s.plans[path] = p[1:]
	if p[0].kind == wrongToken {
		s.tokens.force(s.opts.Now())
	}
	return p[0]
}
