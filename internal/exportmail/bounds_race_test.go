//go:build race

package exportmail

// slower is how much more CPU the race detector costs, generously.
const slower = 20
