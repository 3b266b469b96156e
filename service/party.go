package service

import (
	"context"

	"danyuan/model"
)

const maxPartyName = 60

// FoundPartyOrg founds the Party organisation of a node. A unit group needs a Party member as unit chief.
func (s *Service) FoundPartyOrg(ctx context.Context, cmd Command, node int64, kind model.PartyOrgKind, name string) (model.PlacedPartyOrg, error) {
	name, err := model.NeedText("body.name", name, maxPartyName, false)
	if err != nil {
		return model.PlacedPartyOrg{}, err
	}
	spec, ok := kind.Spec()
	if !ok {
		return model.PlacedPartyOrg{}, model.ErrPartyOrgKind
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.PlacedPartyOrg, error) {
		n, err := t.lockNode(node, model.ManagePartyOrgs, model.ErrNodeNotFound)
		if err != nil {
			return model.PlacedPartyOrg{}, err
		}
		if err := t.mayFound(spec, n); err != nil {
			return model.PlacedPartyOrg{}, err
		}
		org, err := t.found(n, kind, name)
		return model.PlacedPartyOrg{PartyOrg: org, NodeName: n.Name}, err
	})
}

// mayFound refuses what the kind's rules don't allow at a node.
func (t *tx) mayFound(spec model.PartyOrgSpec, n model.Node) error {
	switch {
	case n.Kind != spec.At:
		return model.ErrPartyOrgUnfit
	case !t.by.HoldsRole(n.Path, t.now, spec.FoundedBy...):
		return model.ErrPartyOrgNotYours
	case spec.Kind == model.UnitPartyGroup:
		return t.memberIsChief(n.ID)
	}
	return nil
}

// memberIsChief refuses unless one of the unit's chiefs is a Party member.
func (t *tx) memberIsChief(unit int64) error {
	chiefs, err := model.OfficersAt(t.DB, []int64{unit}, t.now, model.UnitChief)
	if err != nil {
		return err
	}
	for _, c := range chiefs {
		p, err := model.LockPerson(t.DB, c.PersonID)
		if err != nil {
			return err
		}
		if p.Membership.IsMember() {
			return nil
		}
	}
	return model.ErrPartyChief
}

// found founds without asking.
func (t *tx) found(n model.Node, kind model.PartyOrgKind, name string) (model.PartyOrg, error) {
	o := model.PartyOrg{NodeID: n.ID, Kind: kind, Name: name, FoundedAt: t.now}
	if err := model.FoundPartyOrg(t.DB, &o); err != nil {
		return o, err
	}
	t.touch(model.NodeTopic(n.ID))
	return o, t.audit("party.found", n.ID, "party_org", o.ID, string(kind))
}

// dissolve dissolves without asking.
func (t *tx) dissolve(o model.PartyOrg, reason string) error {
	if err := model.DissolvePartyOrg(t.DB, o.ID, reason, t.now); err != nil {
		return err
	}
	t.touch(model.NodeTopic(o.NodeID))
	return t.audit("party.dissolve", o.NodeID, "party_org", o.ID, string(o.Kind))
}

// RenamePartyOrg gives a Party organisation another name.
func (s *Service) RenamePartyOrg(ctx context.Context, cmd Command, id int64, name string) (model.PlacedPartyOrg, error) {
	name, err := model.NeedText("body.name", name, maxPartyName, false)
	if err != nil {
		return model.PlacedPartyOrg{}, err
	}
	return s.adjustPartyOrg(ctx, cmd, id, func(t *tx, o *model.PlacedPartyOrg) error {
		if err := model.RenamePartyOrg(t.DB, id, name); err != nil {
			return err
		}
		o.Name = name
		t.touch(model.NodeTopic(o.NodeID))
		return t.audit("party.rename", o.NodeID, "party_org", id, "name")
	})
}

// DissolvePartyOrg ends a Party organisation.
func (s *Service) DissolvePartyOrg(ctx context.Context, cmd Command, id int64, reason string) (model.PlacedPartyOrg, error) {
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return model.PlacedPartyOrg{}, err
	}
	return s.adjustPartyOrg(ctx, cmd, id, func(t *tx, o *model.PlacedPartyOrg) error {
		o.EndedAt, o.EndReason = &t.now, reason
		return t.dissolve(o.PartyOrg, reason)
	})
}

// adjustPartyOrg does something to a Party organisation that the actor may adjust, its node locked.
func (s *Service) adjustPartyOrg(ctx context.Context, cmd Command, id int64, do func(t *tx, o *model.PlacedPartyOrg) error) (model.PlacedPartyOrg, error) {
	// Where it stands never changes, and is what must be locked first.
	standing, err := model.PartyOrgByID(s.DB.Read(ctx), id)
	if err != nil {
		return model.PlacedPartyOrg{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.PlacedPartyOrg, error) {
		n, err := model.LockNode(t.DB, standing.NodeID)
		if err != nil {
			return model.PlacedPartyOrg{}, err
		}
		if !t.by.May(model.ManagePartyOrgs, n.Path, t.now) {
			return model.PlacedPartyOrg{}, model.ErrPartyOrgNotFound
		}
		if spec, _ := standing.Kind.Spec(); !t.by.HoldsRole(n.Path, t.now, spec.FoundedBy...) {
			return model.PlacedPartyOrg{}, model.ErrPartyOrgNotYours
		}
		out := model.PlacedPartyOrg{NodeName: n.Name}
		if out.PartyOrg, err = model.PartyOrgByID(t.DB, id); err != nil {
			return out, err
		}
		err = do(t, &out)
		return out, err
	})
}

// PartyOrgs gives the Party organisations in being below a node, of one kind or, for "", of all.
func (s *Service) PartyOrgs(ctx context.Context, by model.Actor, node int64, kind model.PartyOrgKind, slice model.Slice) ([]model.PlacedPartyOrg, error) {
	n, err := s.nodeFor(ctx, by, node, model.CountMembers, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	return model.PartyOrgsBelow(s.DB.Read(ctx), n.Path, kind, slice)
}

// CountPartyOrgs gives how many of each kind are in being below a node.
func (s *Service) CountPartyOrgs(ctx context.Context, by model.Actor, node int64) (map[model.PartyOrgKind]int64, error) {
	n, err := s.nodeFor(ctx, by, node, model.CountMembers, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	rows, err := model.CountPartyOrgs(s.DB.Read(ctx), n.Path)
	counts := make(map[model.PartyOrgKind]int64, len(rows))
	for _, r := range rows {
		counts[r.Kind] = r.Count
	}
	return counts, err
}
