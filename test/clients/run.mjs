// Runs the tests that the command line names, of a table {name: async function}: prints TAP lines without a plan, and
// ends with 1 when one has failed.
export async function run(tests) {
	let failed = 0;
	for (const name of process.argv.slice(2)) {
		try {
			await tests[name]();
			console.log(`ok - ${name}`);
		} catch (error) {
			failed = 1;
			console.log(`not ok - ${name}\n${String(error.stack ?? error).replace(/^/gm, "# ")}`);
		}
	}
	process.exit(failed);
}
