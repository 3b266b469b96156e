package service

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"danyuan/fault"
	"danyuan/model"
)

// AcceptReport is what a person answered to wx.requestSubscribeMessage for one template.
type AcceptReport struct {
	Template string // a kind of notice, or a template's id
	Accepted bool
}

// AcceptsLeft is how many messages of a template a user still accepts. Kinds may share a template.
type AcceptsLeft struct {
	Kind     string
	Template string
	Left     int64
}

// AcceptsKept is how many unspent accepts of one template are counted for a user. Who has that many
// need not be asked again soon.
const AcceptsKept = 20

// ErrTemplateUnknown refuses a report about a template that we never ask for.
var ErrTemplateUnknown = fault.New(fault.Invalid, "accept.template_unknown", "没有这种消息通知，请升级小程序后重试。")

// GiveAccepts records what a user accepted just now, one message each, and gives what is left of each
// template. A "no" changes nothing: it was said about this message alone.
func (s *Service) GiveAccepts(ctx context.Context, cmd Command, reports []AcceptReport) ([]AcceptsLeft, error) {
	if cmd.By.UserID == 0 {
		return nil, model.ErrSignIn
	}
	var given []string
	for _, r := range reports {
		template, ok := s.templateOf(r.Template)
		if !ok {
			return nil, ErrTemplateUnknown.With(fault.Field{Path: "body.results", Text: ErrTemplateUnknown.Text})
		}
		if r.Accepted && !slices.Contains(given, template) {
			given = append(given, template)
		}
	}
	return inTx(ctx, s, cmd, func(t *tx) ([]AcceptsLeft, error) {
		if err := model.LockUser(t.DB, cmd.By.UserID); err != nil {
			return nil, err
		}
		left, err := model.CountAccepts(t.DB, cmd.By.UserID)
		if err != nil {
			return nil, err
		}
		for _, template := range given {
			if left[template] >= AcceptsKept {
				continue
			}
			if err := model.AddAccept(t.DB, &model.Accept{UserID: cmd.By.UserID, Template: template, GivenAt: t.now}); err != nil {
				return nil, err
			}
			left[template]++
		}
		return s.acceptsLeft(left), t.audit("accept.give", 0, "user", cmd.By.UserID, s.kindsOf(given))
	})
}

// AcceptsLeft gives the templates that there are and what is left of each, so that the client asks at
// the right moment.
func (s *Service) AcceptsLeft(ctx context.Context, by model.Actor) ([]AcceptsLeft, error) {
	if by.UserID == 0 {
		return nil, model.ErrSignIn
	}
	left, err := model.CountAccepts(s.DB.Read(ctx), by.UserID)
	return s.acceptsLeft(left), err
}

func (s *Service) acceptsLeft(left map[string]int64) []AcceptsLeft {
	all := make([]AcceptsLeft, 0, len(s.Templates))
	for kind, template := range s.Templates {
		if template != "" {
			all = append(all, AcceptsLeft{kind, template, left[template]})
		}
	}
	slices.SortFunc(all, func(a, b AcceptsLeft) int { return cmp.Compare(a.Kind, b.Kind) })
	return all
}

// templateOf gives the id of the template that is named by kind or id.
func (s *Service) templateOf(name string) (id string, ok bool) {
	if id, ok := s.Templates[name]; ok && id != "" {
		return id, true
	}
	for _, id := range s.Templates {
		if id == name && id != "" {
			return id, true
		}
	}
	return "", false
}

// kindsOf names the kinds of notice whose templates are given, for the audit log.
func (s *Service) kindsOf(templates []string) string {
	var kinds []string
	for kind, id := range s.Templates {
		if slices.Contains(templates, id) {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	return strings.Join(kinds, ",")
}
