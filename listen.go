package main

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"

	"danyuan/fault"
)

// longestProfile is how long a profile of the running process may take to be answered.
const longestProfile = 2 * time.Minute

// Refusals of a socket that was handed over.
var (
	errOneSocket  = fault.New(fault.Invalid, "listen.one_socket", "systemd 交来的套接字要正好一个，而且是 TCP。请在 .socket 单元里只写一行 ListenStream=。")
	errDemoAbroad = fault.New(fault.Invalid, "listen.demo", "演示模式没有登录保护，只能监听本机。请把 .socket 单元里的 ListenStream= 改成 127.0.0.1:端口；要对外服务请先填 WECHAT_APP_ID。")
)

// listen gives the public socket. One that systemd handed over outlives this process: who connects
// while one danyuan stops and the next starts waits in it instead of being refused.
func (c *serve) listen(ctx context.Context) (net.Listener, error) {
	given, err := activation.Listeners()
	if err != nil {
		return nil, err
	}
	switch {
	case len(given) == 0:
		var listen net.ListenConfig
		return listen.Listen(ctx, "tcp", c.Address())
	case len(given) > 1 || given[0] == nil:
		return nil, errOneSocket
	case c.Demo() && !atHome(given[0]):
		return nil, errDemoAbroad
	}
	return given[0], nil
}

// atHome tells whether only this machine reaches a socket.
func atHome(l net.Listener) bool {
	at, err := netip.ParseAddrPort(l.Addr().String())
	return err == nil && at.Addr().IsLoopback()
}

// listenPrivately gives the socket of metrics and profiles; nil when there is to be none.
func (c *serve) listenPrivately(ctx context.Context) (net.Listener, error) {
	if c.PrivateAddress == "" {
		return nil, nil //nolint:nilnil // none is asked for
	}
	var listen net.ListenConfig
	return listen.Listen(ctx, "tcp", c.PrivateAddress)
}

// tell tells systemd how far this process is; without systemd nobody listens.
func (h *house) tell(ctx context.Context, state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		h.log.WarnContext(ctx, "systemd can't be told", slog.String("state", state), slog.String("error", err.Error()))
	}
}
