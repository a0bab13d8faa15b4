/** Words that a text has if it would open a shell where it is run: looked for before it is read in earnest. */
export const marks =
  /\/dev\/(?:tcp|udp)\/|\bn(?:c|c64|cat|etcat)(?:\.exe)?(?=[ +%])[^\n]{0,120}[ +0]-\w*[ec]\b|\bmkfifo\b|\bsocat\b[^\n]{0,120}\b(?:exec|system)\b|TCPClient|\bp(?:owershell|wsh)(?:\.exe)?\s[^\n]{0,80}-e\w{0,14}\s+[A-Za-z0-9+/=]{40}|DownloadString\(|%2fdev%2f(?:tcp|udp)%2f|\(\) *\{/i
