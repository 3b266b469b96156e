package service

import (
	"context"
	"slices"
	"time"

	"danyuan/model"
)

// SeenActivity is an activity as somebody may see it: with what concerns themselves, and nobody else.
type SeenActivity struct {
	model.ListedActivity
	Phase     model.Phase
	Organiser bool // the reader organises it
	ForMe     bool // the reader is in its audience
	Mine      *model.SignUp
	Ahead     int64        // who wait in front of them
	Attended  *model.Hours // the reader's own
}

// Activity gives an activity to anybody who has come to its page, without a name on it.
func (s *Service) Activity(ctx context.Context, by model.Actor, id int64) (SeenActivity, error) {
	h := s.DB.Read(ctx)
	a, err := model.ListedActivityByID(h, id)
	if err != nil {
		return SeenActivity{}, err
	}
	seen, err := s.seenActivities(ctx, by, []model.ListedActivity{a})
	if err != nil || by.PersonID == 0 {
		return seen[0], err
	}
	one := seen[0]
	if one.Organiser, err = organises(h, by, a.Activity, a.NodePath, s.now()); err != nil {
		return one, err
	}
	if one.Mine != nil && one.Mine.State == model.Waiting {
		if one.Ahead, err = model.WaitingBefore(h, id, one.Mine.Turn); err != nil {
			return one, err
		}
	}
	one.Attended, err = model.AttendanceOf(h, id, by.PersonID)
	return one, err
}

// seenActivities adds what concerns the reader.
func (s *Service) seenActivities(ctx context.Context, by model.Actor, rows []model.ListedActivity) ([]SeenActivity, error) {
	now := s.now()
	out := make([]SeenActivity, len(rows))
	ids := make([]int64, len(rows))
	for i, a := range rows {
		out[i] = SeenActivity{ListedActivity: a, Phase: a.Phase(now), ForMe: admits(by, a)}
		ids[i] = a.ID
	}
	if by.PersonID == 0 {
		return out, nil
	}
	mine, err := model.SignUpsAmong(s.DB.Read(ctx), by.PersonID, ids)
	for _, m := range mine {
		i := slices.Index(ids, m.ActivityID)
		out[i].Mine = &m
	}
	return out, err
}

// admits tells whether an actor is in an activity's audience.
func admits(by model.Actor, a model.ListedActivity) bool {
	if by.PersonID == 0 || by.NodeID == 0 {
		return false
	}
	return a.Audience.Admits(model.Person{State: model.PersonHere, Membership: by.Membership}, by.Path, a.NodePath)
}

// UpcomingActivities lists what is to come, or under way, where the actor belongs: from the unit up, and
// where they serve.
func (s *Service) UpcomingActivities(ctx context.Context, by model.Actor, cut model.Slice) ([]SeenActivity, error) {
	places := model.PathIDs(by.Path)
	for _, g := range by.Grants {
		if g.Active(s.now()) {
			places = append(places, model.PathIDs(g.Path)...)
		}
	}
	if len(places) == 0 {
		return nil, nil
	}
	slices.Sort(places)
	rows, err := model.UpcomingAt(s.DB.Read(ctx), slices.Compact(places), s.now(), cut)
	if err != nil {
		return nil, err
	}
	return s.seenActivities(ctx, by, rows)
}

// ActivitiesOf lists the activities of a node and below it for who may make some there; "" is every
// state. A node outside the actor's scope is not found.
func (s *Service) ActivitiesOf(ctx context.Context, by model.Actor, node int64, state model.ActivityState, cut model.Slice) ([]SeenActivity, error) {
	n, err := s.nodeFor(ctx, by, node, model.MakeActivities, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	rows, err := model.ActivitiesUnder(s.DB.Read(ctx), n.Path, state, cut)
	if err != nil {
		return nil, err
	}
	return s.seenActivities(ctx, by, rows)
}

// ActivitiesOfAssociation lists an association's activities: what it offers is no secret.
func (s *Service) ActivitiesOfAssociation(ctx context.Context, by model.Actor, association int64, cut model.Slice) ([]SeenActivity, error) {
	h := s.DB.Read(ctx)
	if _, err := model.AssociationByID(h, association); err != nil {
		return nil, err
	}
	rows, err := model.ActivitiesOfAssociation(h, association, cut)
	if err != nil {
		return nil, err
	}
	return s.seenActivities(ctx, by, rows)
}

// MySignUps lists what the actor has signed up for.
func (s *Service) MySignUps(ctx context.Context, by model.Actor, cut model.Slice) ([]model.MySignUp, error) {
	return model.SignUpsOfPerson(s.DB.Read(ctx), by.PersonID, cut)
}

// SeenSignUp is a sign-up as an organiser sees it.
type SeenSignUp struct {
	model.ListedSignUp
	WholeName bool // the reader looks after the person
}

// SignUpsOf lists who has signed up for an activity, in their turn, for its organisers; "" is all but
// those who signed off. Whole names are for those who look after the people; a lead sees surnames.
func (s *Service) SignUpsOf(ctx context.Context, by model.Actor, activity int64, state model.SignUpState, cut model.Slice) ([]SeenSignUp, error) {
	h, now := s.DB.Read(ctx), s.now()
	a, err := model.ListedActivityByID(h, activity)
	if err != nil {
		return nil, err
	}
	yes, err := organises(h, by, a.Activity, a.NodePath, now)
	if err == nil && !yes {
		err = model.ErrActivityNotFound
	}
	if err != nil {
		return nil, err
	}
	rows, err := model.SignUpsOf(h, activity, state, cut)
	out := make([]SeenSignUp, len(rows))
	for i, r := range rows {
		out[i] = SeenSignUp{r, by.May(model.ListPeople, r.HomePath, now)}
	}
	return out, err
}

// shownActivities is how many activities a unit page shows.
const shownActivities = 5

// nextActivities gives the next activities where a unit lies.
func (s *Service) nextActivities(ctx context.Context, unit model.Node, now time.Time) ([]model.Activity, error) {
	return model.NextAt(s.DB.Read(ctx), model.PathIDs(unit.Path), now, shownActivities)
}
