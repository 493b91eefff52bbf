"""Analytics.js for every host of every domain: rewritten and compressed once when it is built, ended per request."""
