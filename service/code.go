package service

import (
	"context"
	"strconv"

	"gorm.io/gorm"

	"danyuan/model"
)

// MakeCode gives the valid code of a unit or community, a new one when there is none.
// Refusals: node.not_found outside the actor's scope, code.no_code_here, node.ended.
func (s *Service) MakeCode(ctx context.Context, cmd Command, node int64) (model.Code, error) {
	return inTx(ctx, s, cmd, func(t *tx) (model.Code, error) {
		n, err := t.lockNode(node, model.ManageCodes, model.ErrNodeNotFound)
		if err != nil {
			return model.Code{}, err
		}
		if n.Kind != model.Unit && n.Kind != model.Community {
			return model.Code{}, model.ErrCodePlace
		}
		kind := model.CodeKind(n.Kind)
		was, err := model.ActiveCode(t.DB, kind, n.ID)
		if err != nil {
			return model.Code{}, err
		}
		if was != nil {
			return *was, nil
		}
		return t.addCode(kind, n.ID, nil, "code.make", "")
	})
}

// ReplaceCode makes a code invalid at once and gives the new one for the same thing.
// Refusals: code.not_found outside the actor's scope, code.already_revoked, node.ended.
func (s *Service) ReplaceCode(ctx context.Context, cmd Command, id int64, reason string) (model.Code, error) {
	return s.endCode(ctx, cmd, id, reason, func(t *tx, old model.Code) (model.Code, error) {
		return t.addCode(old.Kind, old.NodeID, old.PlaqueID, "code.replace", "instead_of="+strconv.FormatInt(id, 10))
	})
}

// RevokeCode makes the code of a unit or community invalid at once and gives it as it is then. Nothing
// is in its place until somebody makes a new one (MakeCode); who scans the old poster meanwhile is told
// what to do (SceneOf). Refusals: as for ReplaceCode, and code.of_plaque for the code of a plaque that
// hangs on a door: nobody could make another for it.
func (s *Service) RevokeCode(ctx context.Context, cmd Command, id int64, reason string) (model.Code, error) {
	return s.endCode(ctx, cmd, id, reason, func(t *tx, old model.Code) (model.Code, error) {
		if old.Kind == model.PlaqueCode {
			return old, model.ErrCodeOfPlaque
		}
		t.touch(model.NodeTopic(old.NodeID))
		if err := t.audit("code.revoke", old.NodeID, "code", id, ""); err != nil {
			return old, err
		}
		return model.CodeByID(t.DB, id)
	})
}

// endCode revokes a code, under the lock of its node, and answers with what comes then.
func (s *Service) endCode(ctx context.Context, cmd Command, id int64, reason string, then func(t *tx, old model.Code) (model.Code, error)) (model.Code, error) {
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return model.Code{}, err
	}
	old, err := model.CodeByID(s.DB.Read(ctx), id)
	if err != nil {
		return model.Code{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.Code, error) {
		if _, err := t.lockNode(old.NodeID, model.ManageCodes, model.ErrCodeNotFound); err != nil {
			return model.Code{}, err
		}
		if err := model.RevokeCode(t.DB, id, t.by.PersonID, reason, t.now); err != nil {
			return model.Code{}, err
		}
		return then(t, old)
	})
}

// addCode makes the valid code of a thing that has none, under the lock of its node.
func (t *tx) addCode(kind model.CodeKind, node int64, plaque *int64, action, detail string) (model.Code, error) {
	c := model.CodeOf(kind, node, plaque, t.by.PersonID, t.now)
	if err := model.AddCode(t.DB, &c); err != nil {
		return c, err
	}
	t.touch(model.NodeTopic(node))
	return c, t.audit(action, node, "code", c.ID, detail)
}

// CodesOf lists the codes of a node, its plaques' included, the newest first.
func (s *Service) CodesOf(ctx context.Context, by model.Actor, node int64, slice model.Slice) ([]model.Code, error) {
	n, err := s.nodeFor(ctx, by, node, model.PrintCodes, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	return model.CodesOfNode(s.DB.Read(ctx), n.ID, slice)
}

// Poster is a unit or community that a poster can be printed of.
type Poster struct {
	Node  model.Node
	Place string
	Code  *model.Code // the valid one, nil where none was made
}

// Posters lists the units and communities in a node's subtree, each with its valid code.
func (s *Service) Posters(ctx context.Context, by model.Actor, node int64, slice model.Slice) ([]Poster, error) {
	n, err := s.nodeFor(ctx, by, node, model.PrintCodes, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	h := s.DB.Read(ctx)
	nodes, err := model.NodesOf(h, n.Path, slice, model.Unit, model.Community)
	if err != nil || len(nodes) == 0 {
		return nil, err
	}
	codes, err := model.ActiveCodesAt(h, nodes)
	if err != nil {
		return nil, err
	}
	places, err := whereAre(h, nodes)
	posters := make([]Poster, len(nodes))
	for i, n := range nodes {
		posters[i] = Poster{Node: n, Place: places[n.ID]}
		if c, made := codes[n.ID]; made {
			posters[i].Code = &c
		}
	}
	return posters, err
}

// whereAre says of each node where it is, from the community down.
func whereAre(h *gorm.DB, nodes []model.Node) (map[int64]string, error) {
	paths := make([]string, len(nodes))
	for i, n := range nodes {
		paths[i] = n.Path
	}
	names, err := model.PlaceNames(h, paths)
	places := make(map[int64]string, len(nodes))
	for _, n := range nodes {
		places[n.ID] = names[n.Path]
	}
	return places, err
}
