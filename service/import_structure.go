package service

import (
	"time"

	"danyuan/model"
	"danyuan/service/sheet"
)

var structureColumns = []sheet.Column{
	{Title: columnGrid, Required: true, Text: true, Example: "第一网格", Note: "网格的名称。没有的网格会新建。"},
	{Title: columnBuilding, Aliases: []string{"楼号", "幢"}, Text: true, Example: "3栋", Note: "没有楼栋的平房、小院可以不填。"},
	{Title: columnUnit, Aliases: []string{"单元号"}, Text: true, Example: "1单元", Note: "填了房号就要填单元。"},
	{Title: columnRoom, Aliases: []string{"户号", "门牌号"}, Text: true, Example: "101", Note: "一户一行。只登记单元、不登记户时不填。"},
}

type structureRow struct {
	line int
	place
}

// structure reads the rows of grids, buildings, units and households.
func structure(time.Time) importing[structureRow] {
	return importing[structureRow]{
		check: func(line int, cells []string, faults *faultList) structureRow {
			row := structureRow{line, placeIn(cells, line, faults, columnGrid)}
			if row.room != "" && row.unit == "" {
				faults.add(line, columnUnit, "填了房号，也要填单元。")
			}
			return row
		},
		settle: (*pass).settleStructure,
	}
}

// settleStructure makes what is missing of the rows' places. Nothing is ever taken away.
func (p *pass) settleStructure(rows []structureRow) error {
	var homes []model.Household
	var nodes []model.Node
	for _, row := range rows {
		lowest, made, err := p.makePlaces(row.place)
		if err != nil {
			return err
		}
		nodes = append(nodes, made...)
		if row.room != "" {
			home := model.NewHousehold(p.keys, lowest.ID, row.room, p.now)
			if p.newHome(home) {
				homes = append(homes, home)
				p.counts.Added++
				continue
			}
		}
		if len(made) > 0 {
			p.counts.Added++
		} else {
			p.counts.Unchanged++
		}
	}
	if p.write == nil {
		return nil
	}
	var history []model.NodeChange
	for _, n := range nodes {
		history = append(history, model.NodeChange{
			NodeID: n.ID, What: model.StepCreated, NameAfter: n.Name, ParentAfter: n.ParentID, Reason: "表格导入", ByPersonID: p.by.PersonID, At: p.now,
		})
	}
	if err := model.AddNodeChanges(p.db, history...); err != nil {
		return err
	}
	return model.AddHouseholds(p.db, homes)
}

// makePlaces gives the lowest place that a row names, and those of its places that had to be made.
func (p *pass) makePlaces(at place) (here *model.Node, made []model.Node, err error) {
	here = &p.places.root
	for _, step := range []struct {
		kind model.NodeKind
		name string
	}{{model.Grid, at.grid}, {model.Building, at.building}, {model.Unit, at.unit}} {
		if step.name == "" {
			continue
		}
		next := p.places.child(here, step.kind, step.name)
		if next == nil {
			next = &model.Node{ParentID: here.ID, Kind: step.kind, Name: step.name}
			if err := p.makeNode(here, next); err != nil {
				return nil, nil, err
			}
			made = append(made, *next)
		}
		here = next
	}
	return here, made, nil
}

// makeNode stores a node; while checking it only gets an id that no node has.
func (p *pass) makeNode(parent, n *model.Node) error {
	p.counts.Places++
	if p.write == nil {
		n.ID = -p.counts.Places
	} else if err := model.AddNode(p.db, parent, n, p.now); err != nil {
		return err
	}
	p.places.put(n)
	return nil
}
