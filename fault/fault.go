// Package fault is the one error type of danyuan: what kind of refusal it is, a stable code for
// machines, and a text in plain Chinese that tells a person what to do next.
// It imports nothing of ours and knows nothing of HTTP, the database or WeChat.
package fault

import "errors"

// Kind says what sort of refusal a fault is. One table in api turns it into a status.
type Kind uint8

// The kinds. The zero value is Internal: an error that nobody classified is shown as nothing.
const (
	Internal        Kind = iota // a failure of ours; its text is never shown
	Invalid                     // the input can't be understood or breaks a rule of form
	Unauthenticated             // nobody is signed in, or no longer
	Forbidden                   // signed in, but no role of the actor's ever allows this
	NotFound                    // there is none, or it is not the actor's to see
	Conflict                    // the state of things forbids it now
	Gone                        // there was one; it has been revoked or replaced
	TooLarge                    // more than is taken at once
	TooMany                     // too often; try later
	Unavailable                 // something we depend on does not answer; try later
)

// Fault is a refusal or failure. Declare it as a variable beside the rule that it guards.
type Fault struct {
	Kind   Kind
	Code   string // stable English, "area.reason"
	Text   string // plain Chinese: what is wrong and what to do next
	Fields []Field
	cause  error
}

// Field is what is wrong with one part of the input.
type Field struct {
	Path string // as the caller named it, e.g. "body.phone" or "第3行 手机号"
	Text string
}

// New declares a fault.
func New(kind Kind, code, text string) *Fault { return &Fault{Kind: kind, Code: code, Text: text} }

// Error gives the code and, for the log, the cause. The text is for people and is not in it.
func (f *Fault) Error() string {
	if f.cause != nil {
		return f.Code + ": " + f.cause.Error()
	}
	return f.Code
}

// Unwrap gives the cause, if one was recorded.
func (f *Fault) Unwrap() error { return f.cause }

// Is makes a copy made by Because, With or Saying match the variable that it came from.
func (f *Fault) Is(target error) bool {
	t, ok := target.(*Fault)
	return ok && t.Code == f.Code
}

// Because gives a copy that carries the cause for the log.
func (f *Fault) Because(cause error) *Fault { c := *f; c.cause = cause; return &c }

// With gives a copy that names the fields at fault.
func (f *Fault) With(fields ...Field) *Fault { c := *f; c.Fields = fields; return &c }

// Saying gives a copy with a text fit to the case; the code stays.
func (f *Fault) Saying(text string) *Fault { c := *f; c.Text = text; return &c }

// Of finds the fault in an error chain; nil when there is none.
func Of(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return nil
}

// KindOf gives the kind of an error: Internal for any that is no fault.
func KindOf(err error) Kind {
	if f := Of(err); f != nil {
		return f.Kind
	}
	return Internal
}

// CodeOf gives the code of an error, "internal" for any that is no fault.
func CodeOf(err error) string {
	if f := Of(err); f != nil {
		return f.Code
	}
	return "internal"
}
