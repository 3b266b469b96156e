package service

import (
	"slices"

	"danyuan/model"
)

// particularsOfChildren are what mayAddOfChild keeps from being registered of a child while no guardian agrees.
var particularsOfChildren = []struct{ field, column string }{{"phone", columnPhone}, {"id_number", columnIDNumber}, {"address", columnAddress}}

// refuseOfChildren keeps a roster from registering of a child what mayAddOfChild does: a guardian may have had it
// deleted. What is as it was, and a child whom nobody knew, are not asked about.
func (p *pass) refuseOfChildren(rows []*placed) error {
	var children []int64
	for _, r := range rows {
		if r.addsOfChild(p) != "" {
			children = append(children, r.person.ID)
		}
	}
	slices.Sort(children)
	all, err := model.OpenGuardianshipsOf(p.db, children, p.write != nil)
	if err != nil {
		return err
	}
	agreed := map[int64]bool{}
	for _, g := range all {
		agreed[g.ChildID] = agreed[g.ChildID] || g.State == model.GuardianActive
	}
	for _, r := range rows {
		if column := r.addsOfChild(p); column != "" && !agreed[r.person.ID] {
			p.faults.add(r.line, column, "这个孩子的监护人还没有同意，或者已经撤回，不能登记手机号、身份证号和户籍地址。请把这几格留空，只填姓名和出生日期；监护人同意以后再补。")
		}
	}
	return nil
}

// addsOfChild gives the first column by which a row adds to what is held of a registered child, "" where none does.
func (r *placed) addsOfChild(p *pass) string {
	if r.person == nil || !r.person.IsChild(p.now) {
		return ""
	}
	for _, of := range particularsOfChildren {
		if r.change[of.field] != nil {
			return of.column
		}
	}
	return ""
}
