package service

import (
	"cmp"
	"context"
	"time"

	"danyuan/fault"
)

// job does what is owed about a subject. It may be run twice for the same thing, at worst at the same
// time, and must bear it. Its context ends when another worker has taken the job over. What it
// returns decides: nil is done; settled is done, with a note; a refusal that no further try mends is
// stuck at once; any other error is tried again after a pause that grows, and stuck in the end.
type job func(ctx context.Context, subject int64) error

// The kinds of job.
const (
	sendNotice  = "send_notice"  // offers a notice to WeChat
	tellBinding = "tell_binding" // offers WeChat the news that a binding was refused or ended
	forgetJobs  = "forget_jobs"  // drops done jobs after some time
	importTable = "import"       // imports a table that somebody handed in
	sweep       = "sweep"        // drops what is kept for days: sessions, commands, changes, callbacks
	retain      = "retain"       // drops, or clears, what is kept for months and years

	closeBudgets     = "close_budgets"     // closes a district's year and opens the next
	expireRedemption = "expire_redemption" // gives back what was not picked up
	remindRedemption = "remind_redemption" // tells the holder the day before
	announceExpiry   = "announce_expiry"   // tells people that points will expire,
	remindExpiry     = "remind_expiry"     // again before they do,
	expirePoints     = "expire_points"     // takes them,
	recallExpiry     = "recall_expiry"     // or tells people that they will not
	offerPhoto       = "offer_photo"       // asks WeChat whether a photo may be shown
	chasePhotos      = "chase_photos"      // asks again, or a person, where no answer came
	dropOrphans      = "drop_orphans"      // drops photos that no record names, and blobs that no row names
)

// jobTitles says in plain Chinese what each kind does.
var jobTitles = map[string]string{
	sendNotice:       "发送微信通知",
	tellBinding:      "通知绑定没有办成或者已经结束",
	forgetJobs:       "清除办完的任务",
	importTable:      "导入表格",
	sweep:            "清除到期的登录和记录",
	retain:           "清除超过保存期限的信息",
	closeBudgets:     "结转一年的经费",
	expireRedemption: "退回没有领取的兑换",
	remindRedemption: "提醒领取兑换品",
	announceExpiry:   "通知积分将过期",
	remindExpiry:     "提醒积分快过期",
	expirePoints:     "扣除过期的积分",
	recallExpiry:     "通知积分不再过期",
	offerPhoto:       "送审照片",
	chasePhotos:      "催办照片的审核",
	dropOrphans:      "清除没有用上的照片",
	checkMatter:      "送审事项的文字",
	chaseWords:       "催办文字的审核",
	takeBackMatters:  "收回交办的事项",
	clearDesk:        "把撤销网格的事项转到社区",
	regroupMatters:   "核对事项所在的网格",
	watchMatters:     "检查事项的时限",
	linkAudits:       "把操作记录连成链",
	recountServices:  "核对服务时长的合计",
	endGuardians:     "结束满14周岁孩子的监护登记",
	remindActivity:   "提醒活动快开始",
	endActivity:      "活动结束后结清",
	tellChanged:      "通知活动有变动",
	tellCancelled:    "通知活动取消",
}

// JobTitle says in plain Chinese what a kind of job does; one that a newer server owed, and this one does
// not know, by its code.
func JobTitle(kind string) string { return cmp.Or(jobTitles[kind], kind) }

// asksOutside are the kinds that ask WeChat, or the store of photos.
var asksOutside = []string{sendNotice, tellBinding, offerPhoto, checkMatter, dropOrphans}

// jobTable says who does which kind.
func (s *Service) jobTable() map[string]job {
	return map[string]job{
		sendNotice:  s.sendNotice,
		tellBinding: s.tellOfBinding,
		forgetJobs:  s.forgetJobs,
		importTable: s.runImport,
		offerPhoto:  s.offerPhoto,
		chasePhotos: s.chasePhotos,
		dropOrphans: s.dropOrphans,
		checkMatter: s.checkMatter,
		sweep:       func(ctx context.Context, _ int64) error { return s.Sweep(ctx) },
		retain:      s.retainLong,

		takeBackMatters: s.takeBackMatters,
		clearDesk:       s.clearDesk,
		regroupMatters:  s.regroupMatters,

		watchMatters: func(ctx context.Context, _ int64) error { return s.WatchMatters(ctx) },
		chaseWords:   s.chaseWords,
		linkAudits:   func(ctx context.Context, _ int64) error { return s.LinkAudits(ctx) },

		recountServices: func(ctx context.Context, _ int64) error { return s.RecountServices(ctx) },

		endGuardians: func(ctx context.Context, _ int64) error { return s.EndGuardianships(ctx) },

		remindActivity:   s.remindOfActivity,
		endActivity:      s.closeActivity,
		tellChanged:      s.tellOfChange,
		tellCancelled:    s.tellOfCancellation,
		closeBudgets:     s.closeBudgets,
		expireRedemption: s.expireRedemption,
		remindRedemption: s.remindRedemption,
		announceExpiry:   s.expiryJob(announceExpiry),
		remindExpiry:     s.expiryJob(remindExpiry),
		expirePoints:     s.expiryJob(expirePoints),
		recallExpiry:     s.expiryJob(recallExpiry),
	}
}

// duty is a job that nobody's command owes: it is owed once in each period, among all replicas. What
// was missed while all of them were down is done once, at start.
type duty struct {
	kind  string
	every time.Duration
}

// occurrence is the once key of the occurrence that begins at a moment.
func (d duty) occurrence(at time.Time) string { return d.kind + "@" + at.Format(time.RFC3339) }

// duties is the table of them.
var duties = []duty{
	{forgetJobs, time.Hour},
	{sweep, time.Hour},
	{retain, 24 * time.Hour},
	{chasePhotos, 5 * time.Minute},
	{dropOrphans, time.Hour},
	{watchMatters, time.Minute},
	{chaseWords, time.Hour},
	{linkAudits, time.Minute},
	{endGuardians, time.Hour},
	{recountServices, 24 * time.Hour},
}

// settled is what a job returns that has come to its end without what it was owed for: the code of the
// error is kept with the done job.
type settled struct{ because error }

// Error gives why.
func (e *settled) Error() string { return e.because.Error() }

// Unwrap gives the error itself.
func (e *settled) Unwrap() error { return e.because }

// What a worker itself finds wrong with a job.
var (
	errPanicked = fault.New(fault.Internal, "job.panicked", "这个任务出错了，会自动重试。")
	errKilled   = fault.New(fault.Conflict, "job.worker_died", "这个任务每次执行都没有做完，已经停止重试，请联系技术人员。")
)

// permanent tells whether an error stays as it is however often the job is tried.
func permanent(err error) bool {
	switch fault.KindOf(err) {
	case fault.Internal, fault.TooMany, fault.Unavailable:
		return false
	default:
		return true
	}
}

func (s *Service) forgetJobs(ctx context.Context, _ int64) error { return s.retain(ctx, "jobs") }
