package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
	"github.com/gin-gonic/gin"

	"danyuan/fault"
	"danyuan/model"
)

// Problem is every refusal's body (RFC 9457): detail is for people, code for machines.
type Problem struct {
	Type   string         `json:"type" doc:"总是 about:blank" example:"about:blank"`
	Title  string         `json:"title" doc:"这一类问题的名称" example:"状态冲突"`
	Status int            `json:"status" doc:"HTTP 状态码" example:"409"`
	Detail string         `json:"detail" doc:"给人看的说明：哪里不对，接下来怎么做"`
	Code   string         `json:"code" doc:"稳定的机器可读错误码" example:"code.revoked"`
	Errors []ProblemField `json:"errors,omitempty" doc:"逐项的问题"`
}

// ProblemField is what is wrong with one part of the input. The value itself is never repeated.
type ProblemField struct {
	Location string `json:"location" doc:"哪一项" example:"body.phone"`
	Message  string `json:"message" doc:"哪里不对"`
}

// Error gives the code.
func (p *Problem) Error() string { return p.Code }

// GetStatus is what huma asks for.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes it problem+json.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// statuses is the one table from a fault's kind to HTTP.
var statuses = map[fault.Kind]int{
	fault.Internal: http.StatusInternalServerError, fault.Invalid: http.StatusUnprocessableEntity,
	fault.Unauthenticated: http.StatusUnauthorized, fault.Forbidden: http.StatusForbidden,
	fault.NotFound: http.StatusNotFound, fault.Conflict: http.StatusConflict, fault.Gone: http.StatusGone,
	fault.TooLarge: http.StatusRequestEntityTooLarge, fault.TooMany: http.StatusTooManyRequests,
	fault.Unavailable: http.StatusServiceUnavailable,
}

var titles = map[int]string{
	400: "请求格式错误", 401: "未登录", 403: "没有权限", 404: "未找到", 405: "不支持的操作", 406: "不支持的格式", 408: "请求超时", 409: "状态冲突",
	410: "已经失效", 413: "内容过大", 415: "不支持的内容类型", 422: "内容有误", 429: "操作太频繁", 500: "服务器出错", 503: "暂时无法办理",
}

var (
	errNoRoute  = fault.New(fault.NotFound, "http.no_such_address", "没有这个页面。请从小程序首页重新进入。")
	errNoMethod = fault.New(fault.NotFound, "http.no_such_method", "这个地址不支持这样的操作。请升级小程序后重试。")
	errSlow     = fault.New(fault.Unavailable, "http.slow", "现在办理的人太多，没有在规定时间内办完。请稍等几秒，用同样的内容再试一次，不会重复办理。")
	errAway     = fault.New(fault.Unavailable, "http.database_away", "服务器正在恢复，这一次不知道有没有办成。请稍等几秒，用同样的内容再试一次，不会重复办理。")
	errFull     = fault.New(fault.Unavailable, "http.disk_full", "服务器的存储空间满了，暂时不能办理，您的操作没有完成。请过一会儿再试；如果一直这样，请告诉社区。")
	errInternal = fault.New(fault.Internal, "internal", "服务器出了点问题，您的操作没有完成。请稍后再试；如果一直这样，请告诉社区。")
)

// mostErrors is how many faults of an input are listed: a body of nothing but faults must not be
// answered with one many times its size.
const mostErrors = 50

// byStatus are the refusals that huma itself makes before a handler is reached.
var byStatus = map[int]*fault.Fault{
	400: fault.New(fault.Invalid, "http.bad_request", "请求的格式不对，请升级小程序后重试。"),
	404: errNoRoute, 405: errNoMethod,
	406: fault.New(fault.Invalid, "http.not_acceptable", "只能返回 JSON 格式的内容。请升级小程序后重试。"),
	408: fault.New(fault.Unavailable, "http.timeout", "网络太慢，没有收全您提交的内容，请重试。"),
	413: fault.New(fault.TooLarge, "http.too_large", "提交的内容太大，请缩短文字或压缩文件后再提交。"),
	415: fault.New(fault.Invalid, "http.unsupported_media_type", "提交的内容类型不对，请升级小程序后重试。"),
	422: fault.New(fault.Invalid, "http.invalid", "有内容没有填对，请按提示修改后再提交。"),
}

// told gives what people are told of an error: of one that nobody classified, nothing.
func told(err error) *fault.Fault {
	f := fault.Of(err)
	switch {
	case f != nil:
	case errors.Is(err, context.DeadlineExceeded):
		f = errSlow
	case model.Away(err):
		f = errAway
	case model.Full(err):
		f = errFull
	}
	if f == nil || f.Kind == fault.Internal {
		f = errInternal
	}
	return f
}

// problemOf renders any error.
func problemOf(err error) *Problem {
	f := told(err)
	p := newProblem(statuses[f.Kind], f)
	for _, field := range f.Fields {
		p.Errors = append(p.Errors, ProblemField{field.Path, field.Text})
	}
	return p
}

func newProblem(status int, f *fault.Fault) *Problem {
	return &Problem{Type: "about:blank", Title: titles[status], Status: status, Detail: f.Text, Code: f.Code}
}

func writeProblem(c *gin.Context, err error) {
	p := problemOf(err)
	body, _ := json.Marshal(p) // strings and numbers only
	c.Data(p.Status, p.ContentType(""), body)
	c.Abort()
}

func init() {
	huma.ValidateStrictCasing = true // a field in other letters would be read without having been checked
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError {
		f := byStatus[status]
		if f == nil {
			f = errInternal
			if status < http.StatusInternalServerError {
				f = byStatus[http.StatusBadRequest]
			}
		}
		p := newProblem(status, f)
		for _, err := range errs[:min(len(errs), mostErrors)] {
			var own *Problem
			if errors.As(err, &own) {
				return own
			}
			var d huma.ErrorDetailer
			if errors.As(err, &d) {
				e := d.ErrorDetail()
				p.Errors = append(p.Errors, ProblemField{e.Location, inChinese(e.Message)})
			}
		}
		return p
	}
	for text, chinese := range map[*string]string{
		&validation.MsgUnexpectedProperty: "没有这一项，请升级小程序后重试", &validation.MsgExpectedRequiredProperty: "缺少 %s，请填写",
		&validation.MsgExpectedMinLength: "太短，至少 %d 个字", &validation.MsgExpectedMaxLength: "太长，最多 %d 个字",
		&validation.MsgExpectedOneOf: "只能是：%s", &validation.MsgExpectedMinimumNumber: "不能小于 %v", &validation.MsgExpectedMaximumNumber: "不能大于 %v",
		&validation.MsgExpectedMatchPattern: "格式不正确（%s）", &validation.MsgExpectedBePattern: "格式不对，应为：%s", &validation.MsgExpectedMaxItems: "最多 %d 项",
		&validation.MsgExpectedMinItems: "至少 %d 项", &validation.MsgExpectedInteger: "必须是整数", &validation.MsgExpectedString: "必须是文字",
		&validation.MsgExpectedBoolean: "必须是“是”或“否”", &validation.MsgExpectedArray: "必须是列表", &validation.MsgExpectedObject: "必须是一组内容",
		&validation.MsgExpectedNumber: "必须是数字", &validation.MsgExpectedRFC3339DateTime: "必须是带时区的日期时间", &validation.MsgExpectedRFC3339Date: "必须是日期，例如 1950-01-31",
	} {
		*text = chinese
	}
}

// inChinese puts the few messages into words that huma has no variable for.
func inChinese(message string) string {
	for _, r := range message {
		if r >= 0x4e00 && r <= 0x9fff {
			return message
		}
	}
	if len(message) >= 8 && message[:8] == "required" {
		return "缺少必填项"
	}
	return "内容的格式不对"
}
