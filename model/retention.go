package model

import (
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"danyuan/fault"
)

// Retention says how long something is kept that has had its use, and what is done with it then.
type Retention struct {
	Name  string
	What  string // is kept
	Since string // from when the days count
	Days  int64  // unless an operator has said otherwise
	Least int64  // the fewest days that may be said
	Then  string // what is done
	Why   string
}

// Retentions are the rules, each of which service carries out. What is named nowhere here is kept for
// good, for the reason that its table says.
var Retentions = []Retention{
	{"sessions", "登录记录", "登录到期", 0, 0, "删除", "不再需要"},
	{"console_logins", "扫码登录管理台的请求", "到期", 0, 0, "删除", "几分钟以后就没有用了"},
	{"commands", "给重复提交准备的回答", "提交", 7, 1, "删除", "网络断开后重试，最多一周"},
	{"callbacks", "微信推送的事件编号", "收到", 7, 1, "删除", "防止重复处理"},
	{"file_checks", "微信对照片的检测回答", "收到", 7, 1, "删除", "等回答和照片对上"},
	{"unmatched", "验证过、没有对上名册的手机号", "验证", 7, 1, "删除", "本人没有继续申请"},
	{"jobs", "做完的后台任务", "做完", 30, 1, "删除", "供技术人员查看"},
	{"import_faults", "名册里填错了哪些格子", "导入结束", 90, 7, "删除", "改正以后不再需要"},
	{"group_entries", "从哪个单元群打开过小程序", "第一次打开", 180, 7, "删除", "证明是群里的邻居；再从群里打开一次就又有了"},
	{"spent_accepts", "用掉的微信订阅授权", "用掉或失效", 180, 30, "删除", "供查明消息为什么没送到"},
	{"notices", "收件箱里的通知", "写出", 365, 30, "删除", "一年以内供本人查看"},
	{"ended_bindings", "退回的申请和解除的绑定", "退回或解除", 1095, 180, "删除", "供本人和社区查明换绑的经过"},
	{"ended_guardians", "结束的监护登记", "结束", 1095, 180, "删除", "供本人、监护人和社区查明谁同意过"},
	{"left_people", "迁出居民的手机号、身份证号、出生日期、户籍地址、政治面貌，以及申请改正时写的文字", "迁出", 1095, 90, "清除，只留姓名和服务记录", "迁回或更正时用"},
}

// Refusals about retentions.
var (
	ErrRetentionUnknown = fault.New(fault.Invalid, "retention.unknown", "没有这条保存期限规则。运行 danyuan retention --dry-run 可以看到全部规则的名字。")
	ErrRetentionLong    = fault.New(fault.Invalid, "retention.too_long", "天数太多，没有改动任何内容。最多可以写 36500 天，也就是一百年。")
	ErrRetentionShort   = fault.New(fault.Invalid, "retention.too_short", "这条规则的天数太少，会删掉还在使用的数据。请改成不少于规则的最少天数。")
)

// longestRetention is the most days that may be said: with more, a moment so long ago can't be told to every engine.
const longestRetention = 36_500

// RetentionDays is how many days an operator has said for a rule.
type RetentionDays struct {
	_ struct{} `privacy:"about=nobody; why=改过的保存天数和原因"`

	Name   string `gorm:"primaryKey" privacy:"none"`
	Days   int64
	Reason string `privacy:"none"`
	SetAt  time.Time
}

// TableName is the plural as it is.
func (RetentionDays) TableName() string { return "retention_days" }

func retention(name string) *Retention {
	i := slices.IndexFunc(Retentions, func(r Retention) bool { return r.Name == name })
	if i < 0 {
		return nil
	}
	return &Retentions[i]
}

// RetentionsNow gives the rules with the days that hold.
func RetentionsNow(tx *gorm.DB) ([]Retention, error) {
	var said []RetentionDays
	if err := tx.Find(&said).Error; err != nil {
		return nil, err
	}
	rules := slices.Clone(Retentions)
	for _, d := range said {
		for i := range rules {
			if rules[i].Name == d.Name {
				rules[i].Days = min(d.Days, longestRetention)
			}
		}
	}
	return rules, nil
}

// SetRetention says how many days a rule keeps from now on, and gives how many it did before. It refuses
// a rule that there is not, fewer days than its least, and more than a hundred years.
func SetRetention(tx *gorm.DB, d RetentionDays) (before int64, err error) {
	rule := retention(d.Name)
	if rule == nil {
		return 0, ErrRetentionUnknown
	}
	switch {
	case d.Days < rule.Least:
		return 0, ErrRetentionShort
	case d.Days > longestRetention:
		return 0, ErrRetentionLong
	}
	was, err := maybe[RetentionDays](tx.Where("name = ?", d.Name))
	if err != nil {
		return 0, err
	}
	before = rule.Days
	if was != nil {
		before = was.Days
	}
	return before, tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "name"}}, DoUpdates: clause.AssignmentColumns([]string{"days", "reason", "set_at"})}).Create(&d).Error
}
