package service

import (
	"fmt"
	"strings"
	"time"

	"danyuan/model"
	"danyuan/service/sheet"
)

// The columns about the person.
const (
	columnName       = "姓名"
	columnPhone      = "手机号"
	columnIDNumber   = "身份证号"
	columnBirth      = "出生日期"
	columnMembership = "政治面貌"
	columnAddress    = "户籍地址"
	columnGuardian   = "监护人"
)

var rosterColumns = []sheet.Column{
	{Title: columnGrid, Required: true, Text: true, Example: "第一网格", Note: "要和系统里的网格名称一样。"},
	{Title: columnBuilding, Aliases: []string{"楼号", "幢"}, Text: true, Example: "3栋", Note: "没有楼栋的平房、小院不填。"},
	{Title: columnUnit, Aliases: []string{"单元号"}, Required: true, Text: true, Example: "1单元", Note: "要和系统里的单元名称一样。"},
	{Title: columnRoom, Aliases: []string{"户号", "门牌号"}, Required: true, Text: true, Example: "101", Note: "没有登记过的户会新建。"},
	{Title: columnName, Required: true, Text: true, Example: "王小明", Note: "和身份证上的一样。"},
	{Title: columnPhone, Aliases: []string{"手机", "手机号码", "联系电话", "电话", "电话号码", "联系方式"}, Text: true, Example: "15400000001", Note: "11位手机号。不填则不改动已登记的号码。未满14周岁的孩子，监护人同意以后才能填。"},
	{Title: columnIDNumber, Aliases: []string{"身份证", "身份证号码", "公民身份号码", "证件号码", "证件号"}, Text: true, Example: "34089919500131069X", Note: "18位。填了就按它认人；不填则按户和姓名认人。未满14周岁的孩子，监护人同意以后才能填。"},
	{Title: columnBirth, Aliases: []string{"出生年月日", "生日"}, Text: true, Example: "1950-01-31", Note: "填了身份证号可以不填。未满14周岁的孩子填这一格。"},
	{Title: columnMembership, Text: true, Example: "群众", Note: "群众、党员、预备党员或在职党员（组织关系在单位）。不填则不改动，新登记的人算群众。"},
	{Title: columnAddress, Aliases: []string{"户籍所在地"}, Text: true, Example: "安庆市迎江区某某路1号", Note: "和居住地不同时填写。未满14周岁的孩子，监护人同意以后才能填。"},
	{Title: columnGuardian, Aliases: []string{"监护人姓名"}, Text: true, Example: "", Note: "未满14周岁的孩子必填：同一户一位成年人的姓名。导入后请监护人在小程序里决定是否同意。"},
}

// rosterRow is one person as a table has them. What a table leaves empty is "": it changes nothing.
type rosterRow struct {
	line int
	place
	name, phone, idNumber, birth, address string
	guardian                              string
	membership                            model.Membership
}

// roster reads the rows of people. One person may stand in a table once: by id number, and by
// household and name.
func roster(now time.Time) importing[rosterRow] {
	byNumber, byName := map[string]int{}, map[string]int{}
	type seen struct {
		line     int
		numbered bool
	}
	byPhone := map[[2]string]seen{}
	return importing[rosterRow]{
		check: func(line int, cells []string, faults *faultList) rosterRow {
			row := checkPerson(line, cells, now, faults)
			if first, twice := earlier(byNumber, row.idNumber, line); twice {
				faults.add(line, columnIDNumber, fmt.Sprintf("第%d行和第%d行的身份证号相同，请只留一行。", first, line))
			}
			key := [2]string{row.name, row.phone}
			if other, twice := byPhone[key]; twice && (row.idNumber == "" || !other.numbered) {
				faults.add(line, columnPhone, fmt.Sprintf("第%d行和第%d行的姓名、手机号都相同。是同一个人的请只留一行；不是的请两行都填写身份证号。", other.line, line))
			} else if row.name != "" && row.phone != "" {
				byPhone[key] = seen{line, row.idNumber != ""}
			}
			if row.name == "" || row.room == "" {
				return row
			}
			where := []string{sameName(row.grid), sameName(row.building), sameName(row.unit), model.PlainRoom(row.room), row.name}
			if first, twice := earlier(byName, strings.Join(where, "\x00"), line); twice {
				faults.add(line, columnName, fmt.Sprintf("第%d行和第%d行是同一户、同一个姓名，请只留一行。", first, line))
			}
			return row
		},
		settle: (*pass).settleRoster,
		finish: (*pass).settleGuardians,
	}
}

// earlier notes the line of a key, and gives the line that had it before.
func earlier(lines map[string]int, key string, line int) (first int, twice bool) {
	if key == "" {
		return 0, false
	}
	if first, twice = lines[key]; !twice {
		lines[key] = line
	}
	return first, twice
}

// checkPerson reads a row of the roster on its own, and notes each cell that is at fault.
func checkPerson(line int, cells []string, now time.Time, faults *faultList) rosterRow {
	row := rosterRow{line: line, place: placeIn(cells, line, faults, columnGrid, columnUnit, columnRoom)}
	note := func(column string, err error) {
		if err != nil {
			faults.add(line, column, faultText(err))
		}
	}
	name, err := cleanName(columnName, cells[4])
	row.name = name
	note(columnName, err)
	if cells[5] != "" {
		row.phone, err = model.CleanPhone(cells[5])
		note(columnPhone, err)
	}
	born := ""
	if cells[6] != "" {
		row.idNumber, born, err = model.CleanIDNumber(cells[6], now)
		note(columnIDNumber, err)
	}
	if cells[7] != "" {
		row.birth, err = model.CleanBirthDate(cells[7], now)
		note(columnBirth, err)
		if row.birth != "" && born != "" && row.birth != born {
			faults.add(line, columnBirth, "出生日期和身份证号里的不一样，请核对这两格。")
		}
	}
	if row.birth == "" {
		row.birth = born
	}
	if cells[8] != "" {
		var known bool
		if row.membership, known = model.MembershipOf(cells[8]); !known {
			faults.add(line, columnMembership, "请填：群众、党员、预备党员或在职党员；其他党派和团员填群众。")
		}
	}
	row.address = cleanCell(cells[9], line, columnAddress, maxAddress, faults)
	row.guardian = joinHan(cleanCell(cells[10], line, columnGuardian, maxName, faults))
	return row
}
