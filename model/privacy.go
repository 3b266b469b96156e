package model

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm/schema"
)

// DataKind is what a column holds of a person, as the privacy tag of its field says.
type DataKind struct {
	Code      string
	Title     string
	Sensitive bool // 敏感个人信息
	sealed    bool // it must be
}

// The kinds that fields are tagged with, and those that follow from a field's type or name.
var dataKinds = []DataKind{
	{Code: "name", Title: "姓名"},
	{Code: "masked_name", Title: "遮盖后的姓名"},
	{Code: "phone", Title: "手机号", sealed: true},
	{Code: "id_number", Title: "身份证号", Sensitive: true, sealed: true},
	{Code: "birth_date", Title: "出生日期", Sensitive: true, sealed: true},
	{Code: "address", Title: "户籍地址", Sensitive: true, sealed: true},
	{Code: "room", Title: "房号", sealed: true},
	{Code: "membership", Title: "政治面貌", Sensitive: true, sealed: true},
	{Code: "index", Title: "盲索引：只能比对，不能还原"},
	{Code: "hash", Title: "指纹：只能比对，不能还原"},
	{Code: "wechat", Title: "微信给的标识"},
	{Code: "secret", Title: "程序用的密钥", sealed: true},
	{Code: "credential", Title: "凭证编号"},
	{Code: "office", Title: "职务"},
	{Code: "words", Title: "本人写的文字"},
	{Code: "reason", Title: "经办人写的文字"},
	{Code: "letter", Title: "写给本人的文字"},
	{Code: "place", Title: "服务或事情的地点"},
	{Code: "roster", Title: "上传的名册文件", Sensitive: true, sealed: true},
	{Code: "answer", Title: "给本人的回答", Sensitive: true, sealed: true},
	{Code: "paper", Title: "证明的纸面", sealed: true},
	{Code: "figure", Title: "数量"},
	{Code: "person", Title: "人的编号"},
	{Code: "user", Title: "微信用户的编号"},
	{Code: "mark", Title: "状态和分类"},
	{Code: "moment", Title: "时间"},
	{Code: noKind, Title: "不含个人信息"},
}

const noKind, nobody = "none", "nobody"

// subjects are whom tables are about.
var subjects = map[string]string{
	"resident": "居民", "member": "党员", "volunteer": "志愿者", "officer": "工作人员", "user": "微信用户", nobody: "不涉及个人",
}

// PersonalTable is what a table holds of people, and why and how long.
type PersonalTable struct {
	Table   string
	About   string // whom; "" where it holds nothing of anybody
	Why     string
	Kept    *Retention // nil: for good, because of Because
	Because string
	Columns []PersonalColumn
}

// PersonalColumn is what a column of it holds.
type PersonalColumn struct {
	Column string
	Kind   DataKind
	Sealed bool
}

// PersonalData reads the privacy tags of records, such as Tables. gaps says, each with its field, what the
// tags leave open. A table says whom it is about, why it is there and how long:
//
//	_ struct{} `privacy:"about=resident; why=…; kept=RETENTION"` or `…; kept=always; because=…`
//
// In a table about people every column is personal: what kind of data it holds is said by a tag, or
// follows for references (…PersonID, …ByID, …UserID, and ids of other records), moments and flags. In a
// table about nobody nothing may refer to people, and each text says that it holds nothing of them.
func PersonalData(records []any) (tables []PersonalTable, gaps []string) {
	parsed := &sync.Map{}
	for _, record := range records {
		s, err := schema.Parse(record, parsed, schema.NamingStrategy{})
		if err != nil {
			return nil, []string{err.Error()}
		}
		t, wrong := personalTable(s)
		tables, gaps = append(tables, t), append(gaps, wrong...)
	}
	slices.SortFunc(tables, func(a, b PersonalTable) int { return strings.Compare(a.Table, b.Table) })
	return tables, gaps
}

var tableTag = regexp.MustCompile(`^about=(\w+); why=(.+?)(?:; kept=(\w+))?(?:; because=(.+))?$`)

func personalTable(s *schema.Schema) (t PersonalTable, gaps []string) {
	wrong := func(format string, args ...any) {
		gaps = append(gaps, s.Name+": "+fmt.Sprintf(format, args...))
	}
	t.Table = s.Table
	blank, _ := s.ModelType.FieldByName("_")
	said := tableTag.FindStringSubmatch(blank.Tag.Get("privacy"))
	if said == nil {
		wrong("it does not say whom it is about: _ struct{} `privacy:\"about=…; why=…; kept=…\"`")
		said = make([]string, 5)
	}
	about, kept := said[1], said[3]
	t.About, t.Why, t.Because = subjects[about], said[2], said[4]
	if t.About == "" {
		wrong("it is about %q: say one of subjects", about)
	}
	if about == nobody {
		t.About = ""
	} else if kept != "always" || t.Because == "" {
		if t.Kept = retention(kept); t.Kept == nil {
			wrong("kept=%q is no retention: name one of Retentions, or kept=always; because=…", kept)
		}
	}
	for _, f := range s.Fields {
		if f.DBName == "" {
			continue
		}
		kind, gap := kindOf(f, about == nobody)
		if gap != "" {
			wrong("%s %s", f.Name, gap)
		}
		t.Columns = append(t.Columns, PersonalColumn{f.DBName, kind, isSealed(f)})
	}
	return t, gaps
}

func isSealed(f *schema.Field) bool { return f.TagSettings["SERIALIZER"] == "sealed" }

// kindOf gives what a column holds. gap says what its tag must say, "" where all is said.
func kindOf(f *schema.Field, aboutNobody bool) (kind DataKind, gap string) {
	code := f.Tag.Get("privacy")
	if code == "" {
		if code = follows(f, aboutNobody); code == "" {
			return kind, "is not tagged: say by `privacy:\"…\"` what it holds of people, or none"
		}
	}
	i := slices.IndexFunc(dataKinds, func(k DataKind) bool { return k.Code == code })
	if i < 0 {
		return kind, fmt.Sprintf("holds %q: say one of dataKinds", code)
	}
	kind = dataKinds[i]
	switch {
	case kind.sealed && !isSealed(f):
		return kind, "holds " + code + " and is not sealed: `gorm:\"serializer:sealed\"`, and a CHECK in its migration"
	case aboutNobody && !slices.Contains([]string{noKind, "mark", "moment"}, code):
		return kind, "holds " + code + ", and its table says that it is about nobody"
	}
	return kind, ""
}

// follows gives the kind that follows from a field's type and name, "" where it must be said.
func follows(f *schema.Field, aboutNobody bool) string {
	t := f.FieldType
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "moment"
	case t.Kind() == reflect.Bool:
		return "mark"
	case t.Kind() != reflect.Int64 && t.Kind() != reflect.Int:
		return ""
	case strings.HasSuffix(f.Name, "PersonID"), strings.HasSuffix(f.Name, "ByID"):
		return "person"
	case strings.HasSuffix(f.Name, "UserID"):
		return "user"
	case f.Name == "ID", records().namedBy(f.Name), aboutNobody && !strings.HasSuffix(f.Name, "ID"):
		return noKind
	}
	return ""
}

// recordNames are the records whose ids say nothing of a person by themselves.
type recordNames []string

var records = sync.OnceValue(func() (names recordNames) {
	for _, record := range Tables() {
		names = append(names, reflect.TypeOf(record).Elem().Name())
	}
	// Levels of the org tree, by which nodes are named.
	return append(names, "Unit", "Grid", "Community", "District", "Parent", "Policy", "Reverses")
})

// namedBy tells whether a field is a reference to one of them: NodeID, ActiveHouseholdID.
func (names recordNames) namedBy(field string) bool {
	of, isID := strings.CutSuffix(field, "ID")
	return isID && slices.ContainsFunc(names, func(n string) bool { return n != "Person" && n != "User" && strings.HasSuffix(of, n) })
}

// DataMap prints what is held of people, as Markdown in Chinese, from the tags and the retentions.
// docs/privacy.md is this text.
func DataMap() string {
	tables, _ := PersonalData(Tables())
	var b strings.Builder
	b.WriteString("# 个人信息清单\n\n" +
		"本页由程序从模型上的 `privacy` 标签和保存期限表生成，不要手工修改；更新：`go test ./model -run DataMap -update`。\n\n" +
		"“加密”的列在写进数据库之前用 tink 密钥加密，数据库本身拒绝明文；默认只显示遮盖后的内容，查看完整内容每次都记入审计日志。" +
		"“敏感”指《个人信息保护法》第二十八条的敏感个人信息。照片放在存储里，由 `files` 表的一行说明。\n\n" +
		"## 保存期限\n\n| 规则 | 内容 | 从什么时候算 | 天数 | 到期以后 | 依据 |\n|---|---|---|---|---|---|\n")
	for _, r := range Retentions {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %d | %s | %s |\n", r.Name, r.What, r.Since, r.Days, r.Then, r.Why)
	}
	b.WriteString("\n天数是出厂值，可以改（`danyuan retention --help`）；`danyuan retention --dry-run` 说出现在有多少到期。\n\n## 关于人的表\n")
	for _, t := range tables {
		if t.About == "" {
			continue
		}
		fmt.Fprintf(&b, "\n### `%s`\n\n关于%s。%s。保存：%s。\n\n| 列 | 内容 | 加密 | 敏感 |\n|---|---|---|---|\n", t.Table, t.About, t.Why, t.kept())
		for _, c := range t.Columns {
			if c.Kind.Code != noKind {
				fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", c.Column, c.Kind.Title, yes(c.Sealed), yes(c.Kind.Sensitive))
			}
		}
	}
	b.WriteString("\n## 不涉及个人的表\n\n| 表 | 用途 |\n|---|---|\n")
	for _, t := range tables {
		if t.About == "" {
			fmt.Fprintf(&b, "| `%s` | %s |\n", t.Table, t.Why)
		}
	}
	return b.String()
}

func (t PersonalTable) kept() string {
	if t.Kept == nil {
		return "不定期限，因为" + t.Because
	}
	return fmt.Sprintf("规则 `%s`,%s起 %d 天", t.Kept.Name, t.Kept.Since, t.Kept.Days)
}

func yes(b bool) string {
	if b {
		return "是"
	}
	return ""
}

// KeptOfPeople are the tables in which something stays of a resident who closes their account: what is
// about officers alone, and what goes with the account, are left out.
func KeptOfPeople() (all []PersonalTable) {
	tables, _ := PersonalData(Tables())
	withTheAccount := []string{"sessions", "console_logins", "users", "accepts", "group_entries", "commands", "jobs"}
	for _, t := range tables {
		if t.About != "" && t.About != subjects["officer"] && !slices.Contains(withTheAccount, t.Table) {
			all = append(all, t)
		}
	}
	return all
}
