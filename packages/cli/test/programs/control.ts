import { connect } from "node:net";

/** Asks a control socket; the whole reply as text. */
export function askControl(socket: string, method: string, path: string, body = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    let reply = "";
    const connection = connect(socket);
    connection.setEncoding("utf8").on("data", (text: string) => (reply += text));
    connection.once("error", reject);
    connection.once("end", () => resolve(reply));
    connection.write(
      `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
}
