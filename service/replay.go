package service

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"danyuan/model"
)

// Replayed is what a repeated command gives instead of happening again.
type Replayed struct{ Answer []byte }

// Error says so; api answers with what is inside.
func (*Replayed) Error() string { return "command has happened already" }

// standingMark begins a kept answer that has a standing before it; no answer begins with it.
const standingMark = '\x00'

// kept gives an answer as it is kept for a repetition: behind the standing that its actor had.
func (c Command) kept(answer []byte, now time.Time) []byte {
	return slices.Concat(c.standing(now), answer)
}

// again answers a command that has happened with what was kept of it. Whoever does not stand any more as they
// did then is told only that it is done (ErrCommandDone): the answer may be more than they may know by now.
func (c Command) again(happened model.Command, now time.Time) error {
	answer := happened.Answer
	if len(answer) > standingBytes && answer[0] == standingMark {
		if !bytes.Equal(answer[:standingBytes], c.standing(now)) {
			return model.ErrCommandDone
		}
		answer = answer[standingBytes:]
	}
	return &Replayed{answer}
}

// standingBytes is the length of a standing: the mark, and a print.
const standingBytes = 1 + 16

// standing is a print of who the actor is and of the roles that they hold; nothing for whoever held none, who was
// answered about themselves, and for commands of people who needed to be nobody in particular.
func (c Command) standing(now time.Time) []byte {
	if !c.Guarded {
		return nil
	}
	var roles []string
	for _, g := range c.By.Grants {
		if g.Active(now) {
			roles = append(roles, fmt.Sprintf("%s@%d", g.Role, g.NodeID))
		}
	}
	if len(roles) == 0 {
		return nil
	}
	slices.Sort(roles)
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %q", c.By.PersonID, roles))
	return append([]byte{standingMark}, sum[:standingBytes-1]...)
}

// replay answers a repeated command before anything outside is asked, because what a person got from
// WeChat works only once. The transaction looks again.
func (s *Service) replay(ctx context.Context, cmd Command) error {
	if cmd.Key == "" {
		return nil
	}
	happened, err := model.FindCommand(s.DB.Read(ctx), cmd.owner(), cmd.Key, cmd.Print)
	if err != nil || happened == nil {
		return err
	}
	return cmd.again(*happened, s.now())
}

// matterAgain answers the repetition of a command about a matter with the matter as the actor sees it now: what
// was redacted since is in no kept answer's way. Who sees it no more, because the command has handed it on or for
// whatever has happened since, is told that it is done (ErrCommandDone).
func (s *Service) matterAgain(ctx context.Context, cmd Command, id int64, err error) error {
	var again *Replayed
	if !errors.As(err, &again) {
		return err
	}
	r, err := s.Matter(ctx, cmd.By, id)
	if errors.Is(err, model.ErrMatterNotFound) {
		return model.ErrCommandDone
	}
	if err != nil {
		return err
	}
	answer, err := cmd.Render(r)
	return or(err, &Replayed{answer})
}
