package wechat

import (
	"errors"
	"fmt"
	"strings"

	"danyuan/fault"
)

// What can go wrong with WeChat. One rule for whoever retries: kinds Unavailable and TooMany are worth
// another try later, every other kind stays as it is however often it is tried.
var (
	ErrUnavailable  = fault.New(fault.Unavailable, "wechat.unavailable", "微信暂时没有回应，请过一会儿再试")
	ErrSetup        = fault.New(fault.Unavailable, "wechat.setup", "微信接口的配置有误，暂时不能使用，请联系社区管理员")
	ErrTooOften     = fault.New(fault.TooMany, "wechat.too_often", "操作太频繁了，请过一分钟再试")
	ErrCodeInvalid  = fault.New(fault.Invalid, "wechat.code_invalid", "登录凭证已经用过或过期，请关闭小程序后重新打开")
	ErrHighRisk     = fault.New(fault.Forbidden, "wechat.user_blocked", "微信判定这个账号有风险，不能登录，请先在微信里解除限制")
	ErrPhoneQuota   = fault.New(fault.Unavailable, "wechat.phone_quota", "微信验证手机号的次数用完了，暂时不能绑定。请联系社区管理员补充次数，补充以后再试")
	ErrPhoneForeign = fault.New(fault.Invalid, "wechat.phone_foreign", "只支持中国大陆的手机号，请再点一次“获取手机号”，在微信里选“使用其它手机号码”，换成大陆的手机号")
	ErrRefused      = fault.New(fault.Conflict, "wechat.subscription_refused", "对方没有订阅这类消息，请提醒对方在小程序里点“接收通知”")
	ErrTemplateData = fault.New(fault.Internal, "wechat.template_data", "通知内容不符合消息模板的要求，请联系社区管理员")
	ErrTemplate     = fault.New(fault.Internal, "wechat.template_unknown", "消息模板不存在，请联系社区管理员检查模板编号")
	ErrOpenID       = fault.New(fault.Internal, "wechat.openid_invalid", "对方不是这个小程序的用户，请对方重新登录一次")
	ErrAway         = fault.New(fault.Internal, "wechat.user_away", "对方已经两个小时没有打开小程序，微信不再自动审核，请改为人工审核")
	ErrPage         = fault.New(fault.Internal, "wechat.page_invalid", "小程序页面不存在，请联系社区管理员")
	ErrScene        = fault.New(fault.Invalid, "wechat.scene_invalid", "二维码内容只能用字母、数字、下划线和短横线，最多32个，请修改后再试")
	ErrGroupData    = fault.New(fault.Invalid, "wechat.group_data_invalid", "没能认出这个微信群，请从群里的卡片重新打开小程序")
	ErrSignature    = fault.New(fault.Forbidden, "wechat.signature_invalid", "签名不对，这个请求不是微信发来的")
	ErrEvent        = fault.New(fault.Invalid, "wechat.event_invalid", "看不懂微信推送的内容，请检查消息推送的数据格式")
	ErrUnexpected   = fault.New(fault.Internal, "wechat.unexpected", "微信拒绝了这个请求，请联系社区管理员")
)

// byErrcode is WeChat's list of codes (全局错误码, and each interface's own 错误码) as far as it concerns us.
var byErrcode = map[int64]*fault.Fault{
	-1:      ErrUnavailable, // system busy
	40001:   ErrUnavailable, // a stale token that a fresh one did not cure
	40014:   ErrUnavailable,
	42001:   ErrUnavailable,
	45009:   ErrTooOften.Saying("今天调用微信的次数已经用完，请明天再试"),
	45011:   ErrTooOften,
	44991:   ErrTooOften,
	40029:   ErrCodeInvalid,
	40163:   ErrCodeInvalid,
	40226:   ErrHighRisk,
	1400001: ErrPhoneQuota,
	43101:   ErrRefused,
	47003:   ErrTemplateData,
	40037:   ErrTemplate,
	40003:   ErrOpenID,
	43104:   ErrOpenID, // of another mini-program
	61010:   ErrAway,
	41030:   ErrPage,
	40169:   ErrScene,
	40129:   ErrScene,
	40002:   ErrSetup, // grant_type
	-604101: ErrSetup, // in CloudRun: the interface is not among those allowed in its console
	40013:   ErrSetup, // appid
	40125:   ErrSetup, // secret
	41002:   ErrSetup,
	41004:   ErrSetup,
	40243:   ErrSetup, // the secret is frozen
	40164:   ErrSetup, // our address is not on the list of allowed ones
	48001:   ErrSetup, // interface not granted
	48004:   ErrSetup, // interface blocked
}

// refusal turns WeChat's errcode and errmsg into a fault.
func (k *call) refusal(code int64, msg string) *fault.Fault {
	f := byErrcode[code]
	if f == nil {
		f = ErrUnexpected
	}
	return f.Because(fmt.Errorf("errcode %d: %s", code, k.clean(msg)))
}

// clean blots out what must not be logged and keeps the text short.
func (k *call) clean(said string) string {
	said = k.client.mask.Replace(said)
	if k.used != "" {
		said = strings.ReplaceAll(said, k.used, "***")
	}
	return short(said)
}

func short(s string) string {
	const most = 200
	return strings.ToValidUTF8(s[:min(len(s), most)], "")
}

// again gives the same refusal with another text for the person.
func again(err error, is *fault.Fault, text string) error {
	if errors.Is(err, is) {
		return fault.Of(err).Saying(text)
	}
	return err
}
