package api

import (
	"errors"
	"io"
	"net/http"

	"github.com/gin-gonic/gin"
)

// CallbackPath is where WeChat pushes its events. It is WeChat's interface, not ours, so it is no part
// of the described API.
const CallbackPath = "/wechat/callback"

// mostCallback is the most bytes that are read of a pushed body.
const mostCallback = 64 << 10

// echoCallback answers WeChat's check when the address is set up.
func (a *API) echoCallback(c *gin.Context) {
	if a.s.Callbacks == nil {
		writeProblem(c, errNoRoute)
		return
	}
	echo, err := a.s.Callbacks.Echo(c.Request.URL.Query())
	if err != nil {
		a.refuse(c, "echo-callback", err)
		return
	}
	c.String(http.StatusOK, "%s", echo)
}

// takeCallback takes an event. "success" is the word by which WeChat knows that it need not push again.
func (a *API) takeCallback(c *gin.Context) {
	if a.s.Callbacks == nil {
		writeProblem(c, errNoRoute)
		return
	}
	defer inTime(c, route{})()
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, mostCallback))
	if err != nil {
		refusal := byStatus[http.StatusBadRequest]
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			refusal = byStatus[http.StatusRequestEntityTooLarge]
		}
		a.refuse(c, "take-callback", refusal.Because(err))
		return
	}
	event, err := a.s.Callbacks.Event(c.Request.URL.Query(), body)
	if err == nil {
		err = a.s.TakeCallback(c.Request.Context(), event)
	}
	if err != nil {
		a.refuse(c, "take-callback", err)
		return
	}
	c.String(http.StatusOK, "success")
}
