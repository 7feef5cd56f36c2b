package cluster

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/achledger/achledger/eventstore/freeport"
)

// password is that of the relay's user: the servers listen on loopback only.
const password = "cluster"

// brokerConfig is a server of the cluster. sync_interval: always has a message
// on the disks of most servers before it is acknowledged.
var brokerConfig = template.Must(template.New("nats").Parse(`
server_name: {{.Name}}
listen: 127.0.0.1:{{.Port}}
max_payload: 8MB
jetstream { store_dir: "{{.Folder}}", sync_interval: always }
accounts {
  LEDGER { jetstream: enabled, users: [ { user: achledger, password: {{.Password}} } ] }
  SYS { users: [ { user: sys, password: {{.Password}} } ] }
}
system_account: SYS
cluster {
  name: ledger
  listen: 127.0.0.1:{{.Route}}
  routes: [{{range .Routes}}
    "nats://127.0.0.1:{{.}}"{{end}}
  ]
}
`))

// makeBrokers writes the configuration of three servers that form a cluster.
func makeBrokers(folder, program string) (all []*Process, url string, err error) {
	ports, err := freeport.Of(6)
	if err != nil {
		return nil, "", err
	}
	var urls []string
	for i := range 3 {
		name := fmt.Sprintf("nats%d", i+1)
		data := filepath.Join(folder, name)
		var config bytes.Buffer
		err := brokerConfig.Execute(&config, map[string]any{
			"Name": name, "Port": ports[i], "Route": ports[3+i], "Routes": ports[3:], "Folder": data, "Password": password,
		})
		if err != nil {
			return nil, "", err
		}
		path := filepath.Join(folder, name+".conf")
		if err := os.WriteFile(path, config.Bytes(), 0o600); err != nil {
			return nil, "", err
		}
		all = append(all, &Process{Name: name, path: program, args: []string{"--config", path}, log: filepath.Join(folder, name+".log")})
		urls = append(urls, fmt.Sprintf("nats://achledger:%s@127.0.0.1:%d", password, ports[i]))
	}
	return all, strings.Join(urls, ","), nil
}
