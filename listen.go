package main

import (
	"context"
	"fmt"
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
		return listenAt(ctx, c.Address(), "PORT")
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
	return listenAt(ctx, c.PrivateAddress, "PRIVATE_ADDRESS")
}

// listenAt listens where a setting says, or says what is in the way there.
func listenAt(ctx context.Context, at, setting string) (net.Listener, error) {
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp", at)
	if err != nil {
		return nil, fmt.Errorf("不能在 %s 监听。端口被占用，就看看是不是已经有一个 danyuan 在运行，停掉占用它的程序，或在 %s 里换一个端口；1024 以下的端口普通用户用不了；地址要是本机的：%w", at, setting, err)
	}
	return l, nil
}

// tell tells systemd how far this process is; without systemd nobody listens.
func (h *house) tell(ctx context.Context, state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		h.log.WarnContext(ctx, "systemd can't be told", slog.String("state", state), slog.String("error", err.Error()))
	}
}
