package service

import (
	"strings"

	"danyuan/fault"
	"danyuan/model"
)

// place puts one row into the tree: a new division, one that is renamed or moved, or one that is as
// it was.
func (in *divisionImport) place(row divisionRow, was *model.Node) error {
	if was != nil && row.parent == "" {
		// Its path as read with the batch may be older than a move further up in this very batch.
		now, err := model.NodeByID(in.t.DB, was.ID)
		if err != nil {
			return err
		}
		was = &now
	}
	parent, column, why := in.parentOf(row, was)
	switch {
	case why != nil:
	case was != nil && was.Kind != row.kind:
		column, why = "level", model.ErrDivisionChanged
	case !in.inScope(was, parent):
		column, why = "code", model.ErrDivisionScope
	}
	if why != nil {
		_, known := in.refused[row.parent]
		in.refused[row.code] = struct{}{}
		if known {
			return nil
		}
		return in.refuse(row.line, column, why)
	}
	if was == nil {
		in.add(row, parent)
		return nil
	}
	return in.compare(row, *was, parent)
}

// inScope tells whether whoever imports may change what stands, and put something under the parent.
func (in *divisionImport) inScope(was *model.Node, parent model.Node) bool {
	if was == nil {
		return in.mine(parent.Path)
	}
	return in.mine(was.Path) && (!moved(*was, parent) || in.mine(parent.Path))
}

// parentOf gives what a row hangs under: a division above it, nothing, or, when the row does not say,
// what it hangs under already.
func (in *divisionImport) parentOf(row divisionRow, was *model.Node) (parent model.Node, column string, why *fault.Fault) {
	if row.parent == "" {
		if was != nil {
			return model.Node{ID: was.ParentID}, "", nil
		}
		return model.Node{}, "", nil
	}
	parent, ok := in.above[row.parent]
	switch {
	case !ok:
		return parent, "parent_code", model.ErrDivisionParent
	case !parent.Kind.Above(row.kind):
		return parent, "parent_code", model.ErrDivisionUnfit
	}
	return parent, "", nil
}

func moved(was, parent model.Node) bool { return was.ParentID != parent.ID }

func (in *divisionImport) add(row divisionRow, parent model.Node) {
	in.lastID++
	n := model.NewDivision(in.lastID, parent, row.kind, row.level, row.code, row.name, in.t.now)
	in.added = append(in.added, n)
	in.keep(n)
	in.report.Added++
}

func (in *divisionImport) compare(row divisionRow, was, parent model.Node) error {
	renamed := was.Name != row.name || was.Style != row.level
	if row.parent != "" && !moved(was, parent) {
		was.Path = model.PathBelow(parent.Path, was.ID)
	}
	in.keep(was)
	if renamed {
		if err := model.RenameDivision(in.t.DB, was.ID, row.name, row.level); err != nil {
			return err
		}
		in.report.Renamed++
		in.step(model.NodeChange{NodeID: was.ID, What: model.StepRenamed, NameBefore: was.Name, NameAfter: row.name}, was.Path)
	}
	if moved(was, parent) {
		return in.move(was.ID, parent)
	}
	if !renamed {
		in.report.Unchanged++
	}
	return nil
}

// move hangs a division, with what is below it, under another one: in the tree and in what is kept.
func (in *divisionImport) move(id int64, parent model.Node) error {
	if err := in.store(); err != nil {
		return err
	}
	was, err := model.NodeByID(in.t.DB, id)
	if err != nil {
		return err
	}
	if err := model.MoveNode(in.t.DB, was, parent); err != nil {
		return err
	}
	n, below := was, model.PathBelow(parent.Path, id)
	for code, kept := range in.above {
		if model.Under(kept.Path, was.Path) {
			kept.Path = below + strings.TrimPrefix(kept.Path, was.Path)
			in.above[code] = kept
		}
	}
	n.ParentID, n.Path = parent.ID, below
	in.keep(n)
	in.report.Moved++
	in.step(model.NodeChange{
		NodeID: id, What: model.StepMoved, NameBefore: n.Name, NameAfter: n.Name, ParentBefore: was.ParentID, ParentAfter: parent.ID,
	}, was.Path)
	return nil
}

// keep remembers a division that others may hang under.
func (in *divisionImport) keep(n model.Node) {
	if n.Kind.Above(model.Community) {
		in.above[*n.Code] = n
	}
}

// step notes a change of a division that stood at a path. Everything kept in memory of what is below
// hangs on the root too, and a nation has few of those.
func (in *divisionImport) step(c model.NodeChange, path string) {
	in.t.touch(model.NodeTopics(path)[0])
	c.Reason, c.ByPersonID, c.At = "导入区划文件", in.t.by.PersonID, in.t.now
	in.steps = append(in.steps, c)
}
