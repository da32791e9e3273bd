/** The server, with a bug in it that SIGUSR2 brings out. */
process.on('SIGUSR2', () => void Promise.reject(new Error('nobody handles this')))
void import('./main.ts')
