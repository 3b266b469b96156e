package model

import (
	"crypto/hmac"
	"crypto/sha256"
	"strconv"
	"strings"
	"time"

	"danyuan/fault"
)

// Gate is which of an activity's two codes it is: for checking in or out.
type Gate string

// The gates.
const (
	GateIn  Gate = "in"
	GateOut Gate = "out"
)

// CodeStep is how long the organiser's screen shows one code; CodeGrace is for how long after that it
// is still taken, for the time between scanning and arriving. So a code is worth nothing 35 seconds
// after it first appeared, and 5 seconds after it has gone from the screen. There is no grace for
// clocks: replicas keep the same time.
const (
	CodeStep  = 30 * time.Second
	CodeGrace = 5 * time.Second
)

// codeMarks is how many characters of codeAlphabet the HMAC gives: 50 bits, against guesses within
// half a minute.
const codeMarks = 10

// Refusals about the rotating codes.
var (
	ErrActivityCodeStale = fault.New(fault.Gone, "activity.code_expired", "这个签到码已经变了。请当面扫组织者屏幕上现在显示的码；转发的码没有用。")
	ErrActivityCodeOther = fault.New(fault.Conflict, "activity.code_of_another", "这是另一个活动的码。请打开您参加的活动，再扫现场的码。")
	ErrActivityCodeIn    = fault.New(fault.Conflict, "activity.code_other_way", "这是签到码，不能用来签退。请让组织者打开签退码。")
	ErrActivityCodeOut   = fault.New(fault.Conflict, "activity.code_other_way", "这是签退码，不能用来签到。请让组织者打开签到码。")
	ErrActivityEarly     = fault.New(fault.Conflict, "activity.too_early", "还没到时间：开始前 30 分钟起签到，开始以后签退。请稍后再来。")
	ErrActivityLate      = fault.New(fault.Conflict, "activity.too_late", "时间已经过了：签到到活动结束为止，签退到结束后 30 分钟为止。请联系组织者办理。")
)

// RotatingCode is what an organiser's screen shows now, and what it shows next.
type RotatingCode struct {
	Code  string
	Until time.Time // when Next takes its place on the screen
	Next  string
}

// RotatingCode gives the code of a way at a moment.
func (a Activity) RotatingCode(way Gate, at time.Time) RotatingCode {
	step := stepOf(at)
	return RotatingCode{a.code(way, step), time.Unix((step+1)*int64(CodeStep/time.Second), 0).UTC(), a.code(way, step+1)}
}

// Takes refuses a code that is not the one on the screen at this moment, nor was a moment ago.
func (a Activity) Takes(way Gate, typed string, at time.Time) error {
	parts := strings.Split(typed, "-")
	switch {
	case len(parts) != 3:
		return ErrActivityCodeStale
	case parts[0] != strconv.FormatInt(a.ID, 10):
		return ErrActivityCodeOther
	case parts[1] == letterOf(GateOut) && way == GateIn:
		return ErrActivityCodeOut
	case parts[1] == letterOf(GateIn) && way == GateOut:
		return ErrActivityCodeIn
	}
	step := stepOf(at)
	if same(typed, a.code(way, step)) || stepOf(at.Add(-CodeGrace)) < step && same(typed, a.code(way, step-1)) {
		return nil
	}
	return ErrActivityCodeStale
}

// same compares in constant time.
func same(typed, code string) bool { return hmac.Equal([]byte(typed), []byte(code)) }

func stepOf(at time.Time) int64 { return at.Unix() / int64(CodeStep/time.Second) }

func letterOf(way Gate) string { return map[Gate]string{GateIn: "I", GateOut: "O"}[way] }

// code gives a scene of at most 32 characters: the activity, the way, and the marks that only the
// secret can make of both and the step.
func (a Activity) code(way Gate, step int64) string {
	head := strconv.FormatInt(a.ID, 10) + "-" + letterOf(way) + "-"
	mac := hmac.New(sha256.New, a.Secret)
	_, _ = mac.Write([]byte(head + strconv.FormatInt(step, 10))) // a hash takes everything
	sum := mac.Sum(nil)
	marks := make([]byte, codeMarks)
	for i := range marks {
		marks[i] = codeAlphabet[sum[i]&31]
	}
	return head + string(marks)
}

// Open refuses a moment at which nobody is checked in or out of the activity in this way.
func (a Activity) Open(way Gate, at time.Time) error {
	from, until := a.StartsAt.Add(-CheckInOpens), a.EndsAt
	if way == GateOut {
		from, until = a.StartsAt, a.EndsAt.Add(CheckOutCloses)
	}
	switch {
	case a.State == ActivityCancelled:
		return ErrActivityCancelled
	case at.Before(from):
		return ErrActivityEarly
	case !at.Before(until):
		return ErrActivityLate
	}
	return nil
}
