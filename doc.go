// Package posagent is empty: it is the place of the laws of the tree, which
// are tests (layers_test.go, repo_test.go). The programs are in cmd.
package posagent
