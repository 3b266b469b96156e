package wechat

import (
	"context"

	"github.com/silenceper/wechat/v2/miniprogram/subscribe"
)

// Send delivers one subscribed message (subscribeMessage.send, in newer documents sendMessage). It uses
// up one acceptance of template by openID. data maps the template's fields, such as "thing1", to their
// values, which WeChat limits by the field's name: thing 20 characters, phrase 5 Chinese ones and so on.
// page, which may be empty, is opened by a tap and may carry a query.
// Refusals: ErrRefused when there is no acceptance left, ErrTemplateData, ErrTemplate, ErrOpenID,
// ErrPage, ErrTooOften, ErrSetup, ErrUnavailable. After ErrUnavailable the message may have gone out.
func (c *Client) Send(ctx context.Context, openID, template, page string, data map[string]string) error {
	switch {
	case openID == "":
		return ErrOpenID
	case template == "":
		return ErrTemplate
	}
	m := &subscribe.Message{
		ToUser: openID, TemplateID: template, Page: page, Lang: "zh_CN",
		Data: make(map[string]*subscribe.DataItem, len(data)),
	}
	switch c.env {
	case "develop":
		m.MiniprogramState = "developer"
	case "trial":
		m.MiniprogramState = "trial"
	default:
		m.MiniprogramState = "formal"
	}
	for field, value := range data {
		m.Data[field] = &subscribe.DataItem{Value: value}
	}
	return c.do(ctx, func(k *call) error { return k.mini().GetSubscribe().Send(m) })
}
