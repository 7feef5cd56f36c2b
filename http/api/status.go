package api

import (
	"net/http"

	"github.com/achledger/achledger/domain"
)

// Codes of problems that do not come from the domain; each is the slug of its
// type.
const (
	codeUnauthorized      domain.Code = "unauthorized"
	CodeScope             domain.Code = "insufficient-scope"
	codeMethod            domain.Code = "method-not-allowed"
	CodeTooLarge          domain.Code = "too-large"
	codeMediaType         domain.Code = "unsupported-media-type"
	CodeTooMany           domain.Code = "too-many-requests"
	CodeTooManyRefused    domain.Code = "too-many-refused"
	codeKeyReused         domain.Code = "idempotency-key-reused"
	codeViewBehind        domain.Code = "view-behind"
	codeStorageFull       domain.Code = "storage-full"
	codeDatabaseAway      domain.Code = "database-away"
	codeOutcomeUnknown    domain.Code = "outcome-unknown"
	CodeBusy              domain.Code = "busy"
	CodePlaid             domain.Code = "plaid-unavailable"
	codeInternal          domain.Code = "internal"
	CodeBadRequest        domain.Code = "bad-request"
	codeRequestIncomplete domain.Code = "request-incomplete"
)

// meaning is the HTTP status and the title of a code.
type meaning struct {
	status int
	title  string
}

// meanings is the only table that maps codes to statuses.
var meanings = map[domain.Code]meaning{
	domain.Invalid:            {http.StatusBadRequest, "A value is missing or not valid"},
	domain.RuleBroken:         {http.StatusUnprocessableEntity, "A rule of ACH or of this client does not allow it"},
	domain.NotFound:           {http.StatusNotFound, "It does not exist"},
	domain.Conflict:           {http.StatusConflict, "It conflicts with what is recorded"},
	domain.TooLate:            {http.StatusConflict, "It is too late for that"},
	domain.HeldForPerson:      {http.StatusConflict, "It waits for a person's approval"},
	domain.MaybeCarried:       {http.StatusConflict, "The client may have carried the file to its bank"},
	domain.AlreadyDone:        {http.StatusConflict, "That was answered already"},
	domain.SameDayNotEnabled:  {http.StatusForbidden, "Same-day settlement is not enabled"},
	domain.Suspended:          {http.StatusForbidden, "The client is suspended"},
	domain.ReturnWindowClosed: {http.StatusUnprocessableEntity, "The time to return has passed"},

	domain.Stale:      {http.StatusConflict, "What it refers to has changed"},
	domain.OwnRequest: {http.StatusForbidden, "Another person has to do that"},
	domain.NoPerson:   {http.StatusForbidden, "The credential names no person"},

	domain.NoTraceNumbers: {http.StatusServiceUnavailable, "The bank has no trace numbers left"},

	domain.ActiveRelationship: {http.StatusConflict, "The account already has an active relationship"},

	CodePlaid:             {http.StatusBadGateway, "Plaid does not answer"},
	codeUnauthorized:      {http.StatusUnauthorized, "Credentials are missing or wrong"},
	CodeScope:             {http.StatusForbidden, "The credential lacks a scope"},
	codeMethod:            {http.StatusMethodNotAllowed, "The method is not allowed here"},
	CodeTooLarge:          {http.StatusRequestEntityTooLarge, "The request is too large"},
	codeMediaType:         {http.StatusUnsupportedMediaType, "The media type is not accepted here"},
	CodeTooMany:           {http.StatusTooManyRequests, "Too many requests"},
	CodeTooManyRefused:    {http.StatusUnprocessableEntity, "Too many lines in a row were refused"},
	codeKeyReused:         {http.StatusUnprocessableEntity, "The idempotency key was used for something else"},
	codeViewBehind:        {http.StatusServiceUnavailable, "The list is not up to date yet"},
	codeStorageFull:       {http.StatusServiceUnavailable, "The disk is nearly full"},
	codeDatabaseAway:      {http.StatusServiceUnavailable, "The database does not answer"},
	codeOutcomeUnknown:    {http.StatusInternalServerError, "It is not known whether that was recorded"},
	domain.DeliveryOff:    {http.StatusServiceUnavailable, "Delivery is off"},
	CodeBusy:              {http.StatusServiceUnavailable, "Too busy"},
	codeInternal:          {http.StatusInternalServerError, "Something broke on our side"},
	CodeBadRequest:        {http.StatusBadRequest, "The request cannot be read"},
	codeRequestIncomplete: {http.StatusBadRequest, "The request ended early"},
}

// codeOfStatus names the problems that the router and the standard library
// know only by status.
var codeOfStatus = map[int]domain.Code{
	http.StatusNotFound:              domain.NotFound,
	http.StatusMethodNotAllowed:      codeMethod,
	http.StatusRequestEntityTooLarge: CodeTooLarge,
	http.StatusUnsupportedMediaType:  codeMediaType,
	http.StatusUnauthorized:          codeUnauthorized,
	http.StatusTooManyRequests:       CodeTooMany,
}
