/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/simex/core/httpin.h"

#include "base/text.h"

#include <string.h>

enum {
	BAD_REQUEST = 400, BODY_TOO_LONG = 413, TARGET_TOO_LONG = 414, BAD_EXPECTATION = 417,
	HEAD_TOO_LONG = 431, NO_SUCH_CODING = 501, BAD_VERSION = 505,
	LINE_BYTES = 512,		/* of a chunk, or of a trailer */
	METHOD_MAX = 32,
	DIGITS = 16,			/* of a length; more are too many */
};

static const char	token_chars[] =
    "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const char *
http_header(const struct http_request *req, const char *name)
{
	for (size_t i = 0; i < req->nheaders; i++)
		if (text_eq_nocase(req->headers[i].name, name))
			return req->headers[i].value;
	return NULL;
}

void
http_in_add(struct http_in *in, const char *bytes, size_t len)
{
	buf_add(&in->ahead, bytes, len);
}

void
http_in_fini(struct http_in *in)
{
	buf_free(&in->ahead);
	buf_free(&in->head);
	buf_free(&in->body);
}

static enum http_step
bad(struct http_in *in, int status)
{
	in->status = status;
	in->phase = HTTP_AT_ERROR;
	in->req.last = true;
	return HTTP_BAD;
}

/* ---- lines ------------------------------------------------------------------- */

static bool
is_control(char c)
{
	return ((unsigned char)c < ' ' && c != '\t') || c == '\x7f';
}

/* Ends the line at its CR LF; returns the next one, or NULL: it has what no line may have. */
static char *
cut_line(char *p)
{
	while (!is_control(*p))
		p++;
	if (p[0] != '\r' || p[1] != '\n')
		return NULL;
	*p = '\0';
	return p + 2;
}

static bool
is_token(const char *text)
{
	return *text != '\0' && text[strspn(text, token_chars)] == '\0';
}

static int
check_version(struct http_request *req, const char *version)
{
	if (!text_starts_with(version, "HTTP/"))
		return BAD_REQUEST;
	if (text_eq(version, "HTTP/1.1"))
		return 0;
	req->old = text_eq(version, "HTTP/1.0");
	return req->old ? 0 : BAD_VERSION;
}

/* Returns 0, or what is wrong as a status; so do those that follow. */
static int
split_first_line(struct http_request *req, char *line)
{
	char	*target = strchr(line, ' ');
	char	*version = target == NULL ? NULL : strchr(target + 1, ' ');

	if (version == NULL)
		return BAD_REQUEST;
	*target++ = *version++ = '\0';
	req->method = line;
	req->target = target;
	if (!is_token(line) || strlen(line) > METHOD_MAX || *target != '/')
		return BAD_REQUEST;
	if (strlen(target) > HTTP_TARGET_MAX)
		return TARGET_TOO_LONG;
	return check_version(req, version);
}

static void
trim_end(char *text)
{
	size_t	 len = strlen(text);

	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		text[--len] = '\0';
}

static int
split_header(struct http_request *req, char *line)
{
	char	*colon = strchr(line, ':');

	if (req->nheaders == HTTP_HEADERS_MAX)
		return HEAD_TOO_LONG;
	if (colon == NULL)
		return BAD_REQUEST;
	*colon++ = '\0';
	if (!is_token(line))
		return BAD_REQUEST;
	colon += strspn(colon, " \t");
	trim_end(colon);
	req->headers[req->nheaders].name = line;
	req->headers[req->nheaders++].value = colon;
	return 0;
}

/* The text ends with the empty line. */
static int
split_head(struct http_request *req, char *text)
{
	char	*line = text, *next = cut_line(line);
	int	 wrong = next == NULL ? BAD_REQUEST : split_first_line(req, line);

	while (wrong == 0 && *(line = next) != '\r') {
		next = cut_line(line);
		wrong = next == NULL ? BAD_REQUEST : split_header(req, line);
	}
	return wrong;
}

/* ---- what the headers say ------------------------------------------------------ */

/* How often a header is there; the last of them. */
static size_t
count_header(const struct http_request *req, const char *name, const char **value)
{
	size_t	 n = 0;

	for (size_t i = 0; i < req->nheaders; i++) {
		if (!text_eq_nocase(req->headers[i].name, name))
			continue;
		*value = req->headers[i].value;
		n++;
	}
	return n;
}

static int
read_length(struct http_in *in, const char *text)
{
	int64_t	 len;

	if (*text == '\0' || text[strspn(text, "0123456789")] != '\0')
		return BAD_REQUEST;
	if (strlen(text) > DIGITS || text_to_i64(text, 0, HTTP_BODY_MAX, &len) == -1)
		return BODY_TOO_LONG;
	in->left = (size_t)len;
	in->phase = len == 0 ? HTTP_AT_END : HTTP_AT_BODY;
	return 0;
}

static int
read_coding(struct http_in *in, const char *text)
{
	if (!text_eq_nocase(text, "chunked"))
		return NO_SUCH_CODING;
	in->phase = HTTP_AT_CHUNK_LINE;
	return 0;
}

/* How the body comes, and with it where the request ends. */
static int
read_framing(struct http_in *in)
{
	const char	*length = NULL, *coding = NULL;
	const size_t	 lengths = count_header(&in->req, "Content-Length", &length);
	const size_t	 codings = count_header(&in->req, "Transfer-Encoding", &coding);

	in->phase = HTTP_AT_END;
	if (lengths + codings > 1)
		return BAD_REQUEST;
	if (codings == 1)
		return in->req.old ? BAD_REQUEST : read_coding(in, coding);
	return lengths == 1 ? read_length(in, length) : 0;
}

static int
read_wishes(struct http_in *in)
{
	struct http_request	*req = &in->req;
	const char		*value = NULL;

	if (count_header(req, "Host", &value) != 1 && !req->old)
		return BAD_REQUEST;
	value = http_header(req, "Connection");
	req->last = value == NULL ? req->old : req->old ? !text_eq_nocase(value, "keep-alive") :
	    text_eq_nocase(value, "close");
	value = http_header(req, "Expect");
	if (value != NULL && !text_eq_nocase(value, "100-continue"))
		return BAD_EXPECTATION;
	in->expects = value != NULL && !req->old && in->phase != HTTP_AT_END;
	return 0;
}

/* ---- phases: each takes what it can, and says how it goes on ------------------------ */

/* May this still become a head?  A client that ends lines otherwise would wait for ever. */
static enum http_step
wait_for_head(struct http_in *in)
{
	const char	*p = buf_text(&in->ahead), *end = p + in->ahead.len, *line_end = NULL;

	for (const char *lf = p; (lf = memchr(lf, '\n', (size_t)(end - lf))) != NULL; lf++) {
		if (lf == p || lf[-1] != '\r')
			return bad(in, BAD_REQUEST);
		if (line_end == NULL)
			line_end = lf;
	}
	if (line_end == NULL && in->ahead.len > HTTP_TARGET_MAX + METHOD_MAX)
		return bad(in, TARGET_TOO_LONG);
	return in->ahead.len > HTTP_HEAD_MAX ? bad(in, HEAD_TOO_LONG) : HTTP_MORE;
}

static void
forget_request(struct http_in *in)
{
	buf_reset(&in->head);
	buf_reset(&in->body);
	in->req.nheaders = 0;
	in->req.last = in->req.old = in->expects = false;
}

/* An empty line before a request is what some clients leave behind the one before. */
static void
skip_empty_lines(struct http_in *in)
{
	size_t	 n = 0;

	while (in->ahead.len - n > 1 && memcmp(in->ahead.p + n, "\r\n", 2) == 0)
		n += 2;
	if (n > 0)
		buf_drop(&in->ahead, n);
}

static enum http_step
take_head(struct http_in *in)
{
	static const char	 empty_line[] = "\r\n\r\n";

	skip_empty_lines(in);
	const char	*end = in->ahead.len == 0 ? NULL : memmem(in->ahead.p, in->ahead.len,
			    empty_line, sizeof(empty_line) - 1);
	if (end == NULL)
		return wait_for_head(in);
	const size_t	 len = (size_t)(end - in->ahead.p) + sizeof(empty_line) - 1;
	if (len > HTTP_HEAD_MAX)
		return bad(in, HEAD_TOO_LONG);
	forget_request(in);
	buf_add(&in->head, in->ahead.p, len);
	buf_drop(&in->ahead, len);
	int	 wrong = split_head(&in->req, in->head.p);
	if (wrong == 0)
		wrong = read_framing(in);
	if (wrong == 0)
		wrong = read_wishes(in);
	return wrong == 0 ? HTTP_WHOLE : bad(in, wrong);
}

static enum http_step
take_bytes(struct http_in *in, enum http_phase next)
{
	const size_t	 n = in->ahead.len < in->left ? in->ahead.len : in->left;

	buf_add(&in->body, buf_text(&in->ahead), n);
	buf_drop(&in->ahead, n);
	in->left -= n;
	if (in->left > 0)
		return HTTP_MORE;
	in->phase = next;
	return HTTP_WHOLE;
}

static enum http_step
take_body(struct http_in *in)
{
	return take_bytes(in, HTTP_AT_END);
}

static enum http_step
take_chunk(struct http_in *in)
{
	return take_bytes(in, HTTP_AT_CHUNK_END);
}

/* A line without its end, into line. */
static enum http_step
take_line(struct http_in *in, char line[LINE_BYTES])
{
	const char	*p = buf_text(&in->ahead);
	const char	*lf = memchr(p, '\n', in->ahead.len);

	if (lf == NULL)
		return in->ahead.len < LINE_BYTES ? HTTP_MORE : bad(in, BAD_REQUEST);
	const size_t	 len = (size_t)(lf - p);
	if (len == 0 || lf[-1] != '\r' || text_copyn(line, LINE_BYTES, p, len - 1) == -1)
		return bad(in, BAD_REQUEST);
	buf_drop(&in->ahead, len + 1);
	return HTTP_WHOLE;
}

static int
hex_value(char c)
{
	static const char	 digits[] = "0123456789abcdef0123456789ABCDEF";
	const char		*at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)((at - digits) % 16);
}

/* What follows the size, behind a semicolon, means nothing here. */
static enum http_step
take_chunk_line(struct http_in *in)
{
	char		 line[LINE_BYTES];
	size_t		 size = 0, i = 0;
	enum http_step	 got = take_line(in, line);

	if (got != HTTP_WHOLE)
		return got;
	for (; hex_value(line[i]) >= 0; i++) {
		size = size * 16 + (size_t)hex_value(line[i]);
		if (size > HTTP_BODY_MAX - in->body.len)
			return bad(in, BODY_TOO_LONG);
	}
	if (i == 0 || (line[i] != '\0' && line[i] != ';'))
		return bad(in, BAD_REQUEST);
	in->left = size;
	in->phase = size == 0 ? HTTP_AT_TRAILER : HTTP_AT_CHUNK;
	return HTTP_WHOLE;
}

static enum http_step
take_chunk_end(struct http_in *in)
{
	char			 line[LINE_BYTES];
	const enum http_step	 got = take_line(in, line);

	if (got == HTTP_WHOLE && *line != '\0')
		return bad(in, BAD_REQUEST);
	if (got == HTTP_WHOLE)
		in->phase = HTTP_AT_CHUNK_LINE;
	return got;
}

static enum http_step
take_trailer(struct http_in *in)
{
	char			 line[LINE_BYTES];
	const enum http_step	 got = take_line(in, line);

	if (got == HTTP_WHOLE && *line == '\0')
		in->phase = HTTP_AT_END;
	return got;
}

static enum http_step (*const phases[])(struct http_in *) = {
	[HTTP_AT_HEAD]       = take_head,
	[HTTP_AT_BODY]       = take_body,
	[HTTP_AT_CHUNK_LINE] = take_chunk_line,
	[HTTP_AT_CHUNK]      = take_chunk,
	[HTTP_AT_CHUNK_END]  = take_chunk_end,
	[HTTP_AT_TRAILER]    = take_trailer,
};

/* Of a body that is here already nobody asks whether it may come. */
static enum http_step
wait_for_more(struct http_in *in)
{
	const bool	 asks = in->expects && in->ahead.len == 0 && in->body.len == 0;

	in->expects = false;
	return asks ? HTTP_CONTINUE : HTTP_MORE;
}

enum http_step
http_in_step(struct http_in *in)
{
	if (in->phase == HTTP_AT_ERROR)
		return HTTP_BAD;
	while (in->phase != HTTP_AT_END) {
		const enum http_step	 got = phases[in->phase](in);

		if (got == HTTP_MORE)
			return wait_for_more(in);
		if (got != HTTP_WHOLE)
			return got;
	}
	in->phase = HTTP_AT_HEAD;
	in->req.body = buf_text(&in->body);
	in->req.body_len = in->body.len;
	return HTTP_WHOLE;
}
