package model

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"danyuan/fault"
)

// HoursClaim is what somebody says of their service: in a log, in its change, in a correction.
type HoursClaim struct {
	Kind     string
	Content  string
	Place    string
	StartsAt time.Time
	EndsAt   time.Time
}

// Clean gives a claim as it is stored: texts cleaned, times to the minute.
func (c HoursClaim) Clean() (HoursClaim, error) {
	var err error
	if c.Content, err = NeedText("body.content", c.Content, MaxHoursText, true); err != nil {
		return c, err
	}
	if c.Place, err = NeedText("body.place", c.Place, MaxHoursPlace, false); err != nil {
		return c, err
	}
	c.StartsAt, c.EndsAt = c.StartsAt.UTC().Truncate(time.Minute), c.EndsAt.UTC().Truncate(time.Minute)
	return c, CheckSpan(c.StartsAt, c.EndsAt)
}

// CheckTimes refuses service that is not over yet, and a log of what was too long ago when it was filed.
func (c HoursClaim) CheckTimes(filed, now time.Time) error {
	if c.EndsAt.After(now) {
		return atField(ErrHoursFuture, "body.ends_at")
	}
	if c.StartsAt.Before(filed.Add(-LogsFiledFor)) {
		return atField(ErrHoursLate, "body.starts_at")
	}
	return nil
}

// Minutes gives the whole minutes of the claim.
func (c HoursClaim) Minutes() int64 { return MinutesBetween(c.StartsAt, c.EndsAt) }

// Claim makes hours say what a claim says. A claim is in minutes: one that says of when and how long what the hours say
// already leaves their seconds as they are.
func (h *Hours) Claim(c HoursClaim) {
	h.Kind, h.Content, h.Place = c.Kind, c.Content, c.Place
	if h.EndsAt == nil || !c.StartsAt.Equal(h.StartsAt.Truncate(time.Minute)) || c.Minutes() != h.Minutes {
		h.StartsAt, h.EndsAt, h.Minutes = c.StartsAt, &c.EndsAt, c.Minutes()
	}
	if h.Source == FromLog {
		h.ContentPrint = textPrint(c.Content)
	}
}

// EarnsAs tells whether hours earn what others earn, because they are the same service at the same time.
func (h Hours) EarnsAs(other Hours) bool {
	return h.Kind == other.Kind && h.StartsAt.Equal(other.StartsAt) && h.EndsAt != nil && other.EndsAt != nil && h.EndsAt.Equal(*other.EndsAt)
}

// Within tells whether a claim lies in the bounds of the hours' activity; a log has none.
func (h Hours) Within(c HoursClaim) bool {
	return (h.FromAt == nil || !c.StartsAt.Before(h.FromAt.Truncate(time.Minute))) && (h.UntilAt == nil || !c.EndsAt.After(*h.UntilAt))
}

// AtMost gives when hours that are under way end: what is longer than one record may be counts as that long.
func (h Hours) AtMost(at time.Time) time.Time {
	if longest := h.StartsAt.Add(MostMinutes * time.Minute); at.After(longest) {
		return longest
	}
	return at
}

// CheckSpan refuses a span of time that no service has.
func CheckSpan(from, until time.Time) error {
	switch m := MinutesBetween(from, until); {
	case m < 1:
		return atField(ErrHoursShort, "body.ends_at")
	case m > MostMinutes:
		return atField(ErrHoursLong, "body.ends_at")
	}
	return nil
}

// MinutesBetween gives the whole minutes between two moments.
func MinutesBetween(from, until time.Time) int64 { return int64(until.Sub(from) / time.Minute) }

// atField is a refusal that names the field at fault.
func atField(f *fault.Fault, path string) *fault.Fault {
	return f.With(fault.Field{Path: path, Text: f.Text})
}

// textPrint is the same for texts that say the same: signs, spaces and digits, dates above all, do not
// count. "" for a text that has nothing else.
func textPrint(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(s))
	if s == "" {
		return ""
	}
	h := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(h[:])
}
